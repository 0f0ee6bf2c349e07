import type { AgentRow } from '../src/bindings/AgentRow';
import type { CallerRow } from '../src/bindings/CallerRow';
import type { CampaignRow } from '../src/bindings/CampaignRow';
import type { Health } from '../src/bindings/Health';
import type { QueueChoice } from '../src/bindings/QueueChoice';
import type { QueueRow } from '../src/bindings/QueueRow';
import type { Rows } from '../src/bindings/Rows';
import type { SourceRow } from '../src/bindings/SourceRow';
import type { State } from '../src/bindings/State';
import { GIVEN, QUEUES, REASONS, SURNAMES, TEAMS } from './names';

/** What the mock plays. */
export type Scenario = 'busy' | 'calm' | 'empty' | 'partial' | 'stale' | 'down' | 'lost' | 'big' | 'first' | 'never' | 'making' | 'real';

const MIN = 60_000;

/** A plausible floor that moves, the same on every run until it starts moving. */
export class MockFloor {
  #seed = 7;
  #began = Date.now();
  #sources = new Map<string, SourceRow>();
  #queues = new Map<string, QueueRow>();
  #agents = new Map<string, AgentRow>();
  #callers = new Map<string, CallerRow>();
  #campaigns = new Map<string, CampaignRow>();
  #visit = 1;
  #dirty: Rows = none();

  constructor(private readonly scenario: Scenario) {
    if (scenario === 'first') return;
    this.#makeSources();
    if (scenario === 'empty' || scenario === 'never') return;
    this.#makeQueues();
    this.#makeAgents();
    this.#makeCallers();
    this.#makeCampaigns();
    for (const queue of this.#queues.keys()) this.#count(queue);
  }

  seen(): number {
    return this.scenario === 'down' ? this.#began - 41_000 : Date.now() - 300;
  }

  health(): Health {
    return {
      not_saving_since_ms: this.scenario === 'stale' ? this.#began - 4 * MIN : null,
      not_saving: this.scenario === 'stale' ? 'full' : null,
      not_saving_words: this.scenario === 'stale' ? 'disk full' : '',
      sample_percent: this.scenario === 'making' ? 62 : null,
      backup_troubled: this.scenario === 'partial',
    };
  }

  all(): Rows {
    return {
      sources: Object.fromEntries(this.#sources),
      queues: Object.fromEntries(this.#queues),
      agents: Object.fromEntries(this.#agents),
      callers: Object.fromEntries(this.#callers),
      campaigns: Object.fromEntries(this.#campaigns),
      alerts: {},
    };
  }

  configure(choices: readonly QueueChoice[]): void {
    for (const choice of choices) {
      const queue = this.#queues.get(choice.id);
      if (queue === undefined) continue;
      this.#put('queues', this.#queues, {
        ...queue,
        label: choice.label === '' ? queue.name : choice.label,
        operation: choice.operation,
        goal_percent: choice.goal_percent,
        goal_seconds: choice.goal_seconds,
        hours: choice.hours,
      });
    }
  }

  /** Moves the floor a little and returns what changed. */
  step(): Rows {
    this.#dirty = none();
    const turns = this.scenario === 'big' ? 60 : 2;
    if (!['empty', 'never', 'first', 'down'].includes(this.scenario)) for (let i = 0; i < turns; i++) this.#turn();
    return this.#dirty;
  }

  #turn(): void {
    const live = [...this.#queues.values()].filter((q) => this.#sources.get(String(q.source))?.link === 'up');
    const queue = live[Math.floor(this.#random() * live.length)];
    if (queue === undefined) return;
    const dice = this.#random();
    const waiting = [...this.#callers.values()].filter((c) => c.queue === queue.id);
    if (dice < 0.4 && waiting.length < 9) this.#enter(queue.id, 0);
    else if (waiting[0] !== undefined) {
      const answered = dice < 0.94;
      this.#callers.delete(waiting[0].id);
      this.#dirty.callers[waiting[0].id] = null;
      const fresh = { ...queue };
      fresh.offered += 1;
      if (answered) fresh.answered += 1;
      else fresh.abandoned += 1;
      this.#put('queues', this.#queues, fresh);
    }
    const mine = [...this.#agents.values()].filter((a) => a.queues.includes(queue.id));
    const agent = mine[Math.floor(this.#random() * mine.length)];
    if (agent !== undefined && this.#random() < 0.5) this.#put('agents', this.#agents, this.#become(agent, Date.now()));
    this.#count(queue.id);
  }

  #random(): number {
    this.#seed = (this.#seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return this.#seed / 4_294_967_296;
  }

  #put<K extends keyof Rows, T extends { id: string | number }>(table: K, map: Map<string, T>, row: T): void {
    map.set(String(row.id), row);
    (this.#dirty[table] as unknown as Record<string, T>)[String(row.id)] = row;
  }

  #makeSources(): void {
    const dayFrom = this.#began - 6.4 * 60 * MIN;
    const partial = this.scenario === 'partial' || this.scenario === 'empty';
    const matriz: SourceRow = {
      id: 1,
      label: 'PABX Matriz',
      sample: this.scenario !== 'real',
      link: this.scenario === 'never' ? 'never' : this.scenario === 'down' ? 'down' : 'up',
      link_since_ms: this.scenario === 'never' ? null : this.#began - (this.scenario === 'down' ? 41_000 : 96 * MIN),
      reason: this.scenario === 'down' ? 'port' : null,
      words: this.scenario === 'down' ? 'connection refused' : 'Asterisk 22.5.2',
      counting_since_ms: this.scenario === 'never' ? null : partial ? this.#began - 12 * MIN : dayFrom,
      day_from_ms: dayFrom,
      covered_ms: 6.4 * 60 * MIN,
      clock_ahead_ms: 42_000,
      drift: 3,
    };
    this.#sources.set('1', matriz);
    if (this.scenario === 'stale' || this.scenario === 'big') {
      this.#sources.set('2', {
        ...matriz,
        id: 2,
        label: 'Asterisk N3',
        link: this.scenario === 'stale' ? 'down' : 'up',
        link_since_ms: this.#began - 41_000,
        reason: this.scenario === 'stale' ? 'protocol' : null,
        words: 'no answer for 6 s',
      });
    }
  }

  #makeQueues(): void {
    const total = this.scenario === 'big' ? 200 : QUEUES.length;
    for (let i = 0; i < total; i++) {
      const given = QUEUES[i % QUEUES.length];
      if (given === undefined) continue;
      const source = this.scenario === 'stale' && given.operation === 'service_desk_n3' ? 2 : 1;
      const name = i < QUEUES.length ? given.name : `${given.name}-${i}`;
      const offered = given.offered;
      const abandoned = Math.round(offered * given.lost);
      const unknown = i === 1 ? 3 : 0;
      const id = `${source}/${name}`;
      this.#queues.set(id, {
        id,
        source,
        name,
        label: i < QUEUES.length ? given.label : `${given.label} ${i}`,
        operation: given.operation,
        goal_percent: given.goal,
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
        offered,
        answered: offered - abandoned - unknown,
        abandoned,
        other_lost: i % 3,
        unknown,
        ring_no_answer: i,
        service_level:
          offered === 0
            ? { value: null, numerator: 0, denominator: 0, definition: 'sl.f4@1' }
            : { value: Math.round(offered * given.level) / offered, numerator: Math.round(offered * given.level), denominator: offered, definition: 'sl.f4@1' },
        abandonment: NOTHING,
        asa_ms: offered === 0 ? null : 9_000 + i * 4_700,
        talk_ms: offered === 0 ? null : 292_000 + i * 31_000,
        pbx: i === 5 ? null : [offered * 3 - abandoned, abandoned * 4],
        hidden: [],
      });
    }
  }

  #makeAgents(): void {
    const total = this.scenario === 'big' ? 2_000 : 44;
    const queues = [...this.#queues.keys()];
    for (let i = 0; i < total; i++) {
      const mine = [queues[i % queues.length], ...(i % 4 === 0 ? [queues[(i + 2) % queues.length]] : [])].filter((q) => q !== undefined);
      const given = GIVEN[i % GIVEN.length] ?? '';
      const surname = SURNAMES[(i * 7 + Math.floor(i / GIVEN.length)) % SURNAMES.length] ?? '';
      const agent: AgentRow = {
        id: `1/SIP/${2_000 + i}`,
        source: this.#queues.get(mine[0] ?? '')?.source ?? 1,
        name: `${given} ${surname}`,
        login: String(2_000 + i),
        team: i % 11 === 10 ? null : (TEAMS[i % TEAMS.length] ?? null),
        state: 'ready',
        place: null,
        since_ms: this.#began,
        paused: false,
        reason: null,
        queues: mine,
        paused_in: [],
        ring_no_answer: i % 13 === 0 ? 2 : 0,
      };
      this.#agents.set(agent.id, this.#become(agent, this.#began - Math.floor(this.#random() ** 3 * 45 * MIN)));
    }
  }

  #become(agent: AgentRow, since: number): AgentRow {
    const dice = this.#random();
    const state: State =
      dice < 0.14 ? 'ready' : dice < 0.19 ? 'ringing' : dice < 0.68 ? 'talking' : dice < 0.78 ? 'wrapup' : dice < 0.93 ? 'paused' : dice < 0.97 ? 'offline' : 'talking';
    const other = dice >= 0.97;
    const first = agent.queues[0];
    return {
      ...agent,
      state,
      since_ms: since,
      place:
        state === 'talking' || state === 'ringing' || state === 'wrapup'
          ? other
            ? { kind: 'other' }
            : dice > 0.62 && dice < 0.68
              ? { kind: 'campaign', id: '1/cobranca' }
              : first === undefined
                ? null
                : { kind: 'queue', id: first }
          : null,
      paused: state === 'paused' || other,
      reason: state === 'paused' ? (REASONS[Math.floor(this.#random() * REASONS.length)] ?? null) : null,
      paused_in: state === 'ready' && agent.queues.length > 1 ? agent.queues.slice(1) : [],
    };
  }

  #makeCallers(): void {
    if (this.scenario === 'calm') return;
    const queues = [...this.#queues.keys()];
    const plan = [7, 3, 1, 0, 0, 2];
    queues.forEach((queue, i) => {
      const wanted = i < plan.length ? (plan[i] ?? 0) : i % 5 === 0 ? 4 : 0;
      for (let k = 0; k < wanted; k++) this.#enter(queue, Math.floor((wanted - k) * (i === 0 ? 23_000 : 9_000) - this.#random() * 4_000));
    });
  }

  #enter(queue: string, ago: number): void {
    const id = `v${this.#visit++}`;
    const withheld = this.#visit % 9 === 0;
    const digits = String(1_000 + ((this.#visit * 7_919) % 9_000));
    this.#put('callers', this.#callers, {
      id,
      queue,
      number: withheld ? null : `(${this.#visit % 3 === 0 ? 21 : 11}) 9****-${digits}`,
      position: [...this.#callers.values()].filter((c) => c.queue === queue).length + 1,
      entered_ms: Date.now() - ago,
      ringing: this.#visit % 6 === 0,
      visits: this.#visit % 5 === 0 ? 2 : 1,
      inferred: this.#visit % 11 === 0,
    });
  }

  #makeCampaigns(): void {
    if (this.scenario === 'partial') return;
    const figure = (numerator: number, denominator: number, definition: string) => ({
      value: denominator === 0 ? null : numerator / denominator,
      numerator,
      denominator,
      definition,
    });
    const base = { source: 1, dialling: 9 };
    this.#campaigns.set('1/cobranca', {
      ...base,
      id: '1/cobranca',
      label: 'Cobrança 30d',
      kind: 'collections',
      results: 128,
      goal: 180,
      attempts: 4_812,
      hit: figure(982, 4_812, 'hit@1'),
      right_party: figure(374, 982, 'rpc@1'),
      drop: figure(19, 1_001, 'drop@1'),
      sales: 0,
      promises: 128,
      completed: 611,
      hidden: [],
      agents: 9,
    });
    this.#campaigns.set('1/vendas', {
      ...base,
      id: '1/vendas',
      label: 'Vendas novembro · base de ex-clientes do litoral',
      kind: 'sales',
      results: 46,
      goal: 110,
      attempts: 2_377,
      hit: figure(409, 2_377, 'hit@1'),
      right_party: figure(127, 409, 'rpc@1'),
      drop: figure(3, 412, 'drop@1'),
      sales: 46,
      promises: 0,
      completed: 203,
      hidden: [],
      agents: 6,
    });
    this.#campaigns.set('1/pesquisa', {
      ...base,
      id: '1/pesquisa',
      label: 'Pesquisa de satisfação',
      kind: 'survey',
      results: 0,
      goal: null,
      dialling: 0,
      attempts: 0,
      hit: figure(0, 0, 'hit@1'),
      right_party: figure(0, 0, 'rpc@1'),
      drop: figure(0, 0, 'drop@1'),
      sales: 0,
      promises: 0,
      completed: 0,
      hidden: [],
      agents: 0,
    });
  }

  /** Works the queue's live figures out again from its callers and agents. */
  #count(id: string): void {
    const queue = this.#queues.get(id);
    if (queue === undefined) return;
    const callers = [...this.#callers.values()].filter((c) => c.queue === id);
    const agents = [...this.#agents.values()].filter((a) => a.queues.includes(id));
    const of = (...states: State[]): number => agents.filter((a) => states.includes(a.state)).length;
    this.#put('queues', this.#queues, {
      ...queue,
      waiting: callers.length,
      oldest_ms: callers.length === 0 ? null : Math.min(...callers.map((c) => c.entered_ms)),
      free: queue.name === 'sac' ? 0 : of('ready'),
      ringing: of('ringing'),
      talking: of('talking', 'hold'),
      wrapup: of('wrapup'),
      paused: of('paused'),
      offline: of('offline', 'unknown'),
      abandonment: abandonmentOf(queue),
    });
  }
}

const none = (): Rows => ({ sources: {}, queues: {}, agents: {}, callers: {}, campaigns: {}, alerts: {} });

const NOTHING: QueueRow['abandonment'] = { value: null, numerator: 0, denominator: 0, definition: 'abandonment@1' };

function abandonmentOf({ answered, abandoned, other_lost, unknown }: QueueRow): QueueRow['abandonment'] {
  const denominator = answered + abandoned + other_lost + unknown;
  return { ...NOTHING, value: denominator === 0 ? null : abandoned / denominator, numerator: abandoned, denominator };
}
