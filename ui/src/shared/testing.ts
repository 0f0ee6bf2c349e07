/** Rows for tests: only what a test is about need be said. */
import type { AgentRow } from '~/bindings/AgentRow';
import type { AlertRow } from '~/bindings/AlertRow';
import type { CallerRow } from '~/bindings/CallerRow';
import type { CampaignRow } from '~/bindings/CampaignRow';
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';

const none = { value: null, numerator: 0, denominator: 0, definition: 'sl.f4@1' };

/** A queue with nothing in it. Its abandonment follows from its counts unless told. */
export function queue(name: string, over: Partial<QueueRow> = {}): QueueRow {
  const { answered = 0, abandoned = 0, other_lost = 0, unknown = 0 } = over;
  const ended = answered + abandoned + other_lost + unknown;
  return {
    id: `1/${name}`,
    source: 1,
    name,
    label: name,
    operation: null,
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
    service_level: none,
    abandonment: { value: ended > 0 ? abandoned / ended : null, numerator: abandoned, denominator: ended, definition: 'abandonment@1' },
    asa_ms: null,
    talk_ms: null,
    pbx: null,
    hidden: [],
    ...over,
  };
}

/** A queue's service level. */
export function level(numerator: number, denominator: number): Partial<QueueRow> {
  const value = denominator > 0 ? numerator / denominator : null;
  return { service_level: { value, numerator, denominator, definition: 'sl.f4@1' } };
}

/** A free agent. */
export function agent(name: string, over: Partial<AgentRow> = {}): AgentRow {
  return {
    id: `1/${name}`,
    source: 1,
    name,
    login: name,
    team: null,
    state: 'ready',
    place: null,
    since_ms: 0,
    paused: false,
    reason: null,
    queues: [],
    paused_in: [],
    ring_no_answer: 0,
    ...over,
  };
}

/** A source that is heard. */
export function source(id: number, over: Partial<SourceRow> = {}): SourceRow {
  return {
    id,
    label: `PABX ${id}`,
    sample: false,
    link: 'up',
    link_since_ms: 0,
    reason: null,
    words: '',
    counting_since_ms: null,
    day_from_ms: null,
    covered_ms: 0,
    clock_ahead_ms: null,
    drift: 0,
    ...over,
  };
}

/** A caller. */
export function caller(over: Partial<CallerRow> = {}): CallerRow {
  return {
    id: 'v1',
    queue: '1/sac',
    number: '(11) 9****-1234',
    position: 1,
    entered_ms: 0,
    ringing: false,
    visits: 1,
    inferred: false,
    ...over,
  };
}

/** A campaign with nothing done. */
export function campaign(label: string, over: Partial<CampaignRow> = {}): CampaignRow {
  return {
    id: `1/${label}`,
    source: 1,
    label,
    kind: 'other',
    goal: null,
    results: 0,
    dialling: 0,
    attempts: 0,
    hit: none,
    right_party: none,
    drop: none,
    sales: 0,
    promises: 0,
    completed: 0,
    agents: 0,
    hidden: [],
    ...over,
  };
}

/** An alert that fired and that nobody looks after. */
export function alert(id: string, over: Partial<AlertRow> = {}): AlertRow {
  return {
    id,
    alert: 1,
    rule: 'espera',
    name: 'Espera longa',
    severity: 'warning',
    state: 'firing',
    scope: 'queue',
    source: 1,
    source_label: 'PABX 1',
    subject: 'sac',
    label: 'SAC',
    since_ms: 0,
    fired_ms: 0,
    figure: 'longest_wait',
    value: 161,
    limit: 60,
    unit: 'seconds',
    flapping: false,
    taken: null,
    silent: null,
    held_by: null,
    legal: false,
    plan: '',
    climb: null,
    group: 'sac',
    ...over,
  };
}
