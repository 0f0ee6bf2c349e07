import type { AgentRow } from '~/bindings/AgentRow';
import type { CallerRow } from '~/bindings/CallerRow';
import type { CampaignRow } from '~/bindings/CampaignRow';
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';

// Rows for tests: the least that is valid, changed where a test cares. Only tests import this.

/** A source heard since 1 s. */
export const source = (change: Partial<SourceRow> = {}): SourceRow => ({
  id: 1,
  label: 'PABX',
  sample: false,
  link: 'up',
  link_since_ms: 1_000,
  words: '',
  counting_since_ms: 0,
  day_from_ms: 0,
  covered_ms: 0,
  ...change,
});

/** A service level. */
export const level = (numerator: number, denominator: number): QueueRow['service_level'] => ({
  value: denominator === 0 ? null : numerator / denominator,
  numerator,
  denominator,
  definition: 'sl.f4@1',
});

/** A queue with nobody and nothing. */
export const queue = (change: Partial<QueueRow> = {}): QueueRow => ({
  id: '1/sac',
  source: 1,
  name: 'sac',
  label: 'SAC',
  operation: 'sac',
  goal_percent: 80,
  goal_seconds: 20,
  hours: null,
  waiting: 0,
  oldest_ms: null,
  free: 0,
  ringing: 0,
  talking: 0,
  wrapup: 0,
  paused: 0,
  offline: 0,
  offered: 0,
  answered: 0,
  abandoned: 0,
  other_lost: 0,
  unknown: 0,
  ring_no_answer: 0,
  service_level: level(0, 0),
  asa_ms: null,
  talk_ms: null,
  pbx: null,
  ...change,
});

/** A free person of one queue. */
export const agent = (change: Partial<AgentRow> = {}): AgentRow => ({
  id: '1/2001',
  source: 1,
  name: 'Ana',
  login: '2001',
  team: null,
  state: 'ready',
  place: null,
  since_ms: 0,
  paused: false,
  reason: null,
  queues: ['1/sac'],
  paused_in: [],
  ring_no_answer: 0,
  ...change,
});

/** A caller. */
export const caller = (change: Partial<CallerRow> = {}): CallerRow => ({
  id: 'v1',
  queue: '1/sac',
  number: '(11) 9****-1234',
  position: 1,
  entered_ms: 0,
  ringing: false,
  visits: 1,
  inferred: false,
  ...change,
});

/** A campaign without attempts. */
export const campaign = (change: Partial<CampaignRow> = {}): CampaignRow => ({
  id: '1/c',
  source: 1,
  label: 'C',
  goal: null,
  dialling: 0,
  attempts: 0,
  hit: { value: null, numerator: 0, denominator: 0, definition: 'hit@1' },
  right_party: { value: null, numerator: 0, denominator: 0, definition: 'rpc@1' },
  drop: { value: null, numerator: 0, denominator: 0, definition: 'drop@1' },
  sales: 0,
  promises: 0,
  completed: 0,
  agents: 0,
  ...change,
});
