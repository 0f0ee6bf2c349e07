import type { AlertRow } from '../src/bindings/AlertRow';
import type { AlertRuleRow } from '../src/bindings/AlertRuleRow';
import type { AlertStory } from '../src/bindings/AlertStory';
import type { AlertsAsked } from '../src/bindings/AlertsAsked';
import type { AlertsPast } from '../src/bindings/AlertsPast';
import type { AlertRules } from '../src/bindings/AlertRules';
import type { Command } from '../src/bindings/Command';
import type { PastAlertRow } from '../src/bindings/PastAlertRow';

const MIN = 60_000;
const PLAN = 'Chame reforço de outra fila. Se a espera continua, avise na URA.\n\n1. **Veja** quem está em pausa em [Operadores](https://example.com).\n2. Avise o coordenador.\n3. Ligue o aviso `URA-12`.\n\n<b onclick="alert(1)">isto não é HTML</b>';

interface Rule extends Pick<AlertRuleRow, 'id' | 'name' | 'severity' | 'scope' | 'when' | 'over' | 'figure' | 'limit' | 'unit'> {
  readonly value: number;
}
const RULES: readonly Rule[] = [
  { id: 'pronta-ninguem-conectado', name: 'Fila sem ninguém conectado', severity: 'critical', scope: 'queue', when: 'waiting > 0 && logged == 0', over: null, figure: 'waiting', limit: 0, unit: 'count', value: 4 },
  { id: 'pronta-espera', name: 'Espera longa', severity: 'warning', scope: 'queue', when: 'longest_wait > 60', over: 'longest_wait < 40', figure: 'longest_wait', limit: 60, unit: 'seconds', value: 161 },
  { id: 'pronta-ns', name: 'NS abaixo de 80%', severity: 'warning', scope: 'queue', when: 'sl_30m < 0.8 && offered_30m >= 10', over: 'sl_30m >= 0.83', figure: 'sl_30m', limit: 0.8, unit: 'share', value: 0.715 },
  { id: 'pronta-fonte', name: 'Sem conexão', severity: 'critical', scope: 'source', when: '!heard', over: null, figure: 'heard', limit: null, unit: 'flag', value: 0 },
  { id: 'pronta-relogio', name: 'Relógio diferente', severity: 'notice', scope: 'source', when: 'clock_off > 5', over: 'clock_off < 2', figure: 'clock_off', limit: 5, unit: 'seconds', value: 42 },
  { id: 'pronta-discador', name: 'Margem de abandono do discador', severity: 'warning', scope: 'campaign', when: 'drop_rate_day > 0.028 && attempts_day >= 100', over: 'drop_rate_day < 0.025', figure: 'drop_rate_day', limit: 0.028, unit: 'share', value: 0.031 },
];
const rule = (id: string): Rule => RULES.find((known) => known.id === id) ?? (RULES[0] as Rule);

/** Alerts of an invented floor, one in each state; `many`: two thousand of them. */
export class MockAlerts {
  #began = Date.now();
  #rows = new Map<string, AlertRow>();
  #dirty: Record<string, AlertRow | null> = {};
  #past: PastAlertRow[] = [];
  #off = new Set(['pronta-discador']);
  #turn = 0;

  constructor(
    private readonly kind: 'none' | 'some' | 'many',
    zone = 'America/Sao_Paulo',
  ) {
    this.#makePast(zone);
    if (kind === 'none') return;
    const at = this.#began;
    const told = [{ at_ms: at - 12 * MIN, step: 1, people: ['bia'], by: ['email'] }];
    const climb = { policy: 'padrao', steps: 3, next_ms: at + 3 * MIN + 20_000, told };
    this.#add('pronta-ninguem-conectado', 'sac', 'SAC', { fired: 12 * MIN, climb });
    this.#add('pronta-espera', 'suporte-n1', 'Suporte N1 · atendimento técnico a clientes corporativos do interior', { fired: 8 * MIN, climb: { ...climb, next_ms: at + 40_000 }, flapping: true });
    for (const [nth, label] of ['Televendas', 'Cobrança receptiva', 'Retenção', 'Help desk N2'].entries())
      this.#add('pronta-ns', `fila-${nth}`, label, { fired: (20 + nth) * MIN, value: 0.79 - nth * 0.06 });
    this.#add('pronta-discador', 'vendas', 'Vendas novembro · base de ex-clientes do litoral', { fired: 31 * MIN, state: 'acknowledged', taken: { by: 'caio', note: 'reduzi o ritmo para 1,4', at_ms: at - 25 * MIN, until_ms: at + 5 * MIN }, climb: { ...climb, next_ms: null } });
    this.#add('pronta-espera', 'pos-venda', 'Pós-venda', { fired: 15 * MIN, state: 'recovering', value: 22 });
    this.#add('pronta-relogio', '', 'PABX Matriz', { fired: 90 * MIN });
    this.#add('pronta-espera', 'noc', 'NOC', { fired: 0, state: 'pending', alert: null, fired_ms: null });
    this.#add('pronta-espera', 'n3', 'Service desk N3', { fired: 6 * MIN, state: 'inhibited', held_by: 'Sem conexão' });
    this.#add('pronta-ns', 'n3', 'Service desk N3', { fired: 6 * MIN, state: 'no_data', value: null });
    this.#add('pronta-espera', 'ouvidoria', 'Ouvidoria', { fired: 50 * MIN, state: 'silenced', silent: { until_ms: at + 44 * MIN, by: 'bia', why: 'treinamento da equipe até as 15h' } });
    if (kind === 'many') for (let nth = 0; nth < 2_000; nth++) this.#add('pronta-espera', `muitas-${nth}`, `Fila ${nth}`, { fired: nth * 1_000, group: `op-${nth % 1_900}` });
    this.#dirty = {};
  }

  all(): Record<string, AlertRow> {
    return Object.fromEntries(this.#rows);
  }
  /** What changed; of many, hundreds at a time. */
  step(): Record<string, AlertRow | null> {
    if (this.kind === 'many') {
      const all = [...this.#rows.values()];
      for (let nth = 0; nth < 17; nth++) {
        const alert = all[(this.#turn++ * 7) % all.length];
        if (alert !== undefined) this.#put({ ...alert, state: alert.state === 'firing' ? 'recovering' : 'firing', since_ms: Date.now() });
      }
    }
    const dirty = this.#dirty;
    this.#dirty = {};
    return dirty;
  }
  take(ids: readonly string[], note: string, until_ms: number): void {
    for (const alert of this.#of(ids))
      this.#put({ ...alert, state: 'acknowledged', since_ms: Date.now(), taken: { by: 'dev', note, at_ms: Date.now(), until_ms }, climb: alert.climb === null ? null : { ...alert.climb, next_ms: null } });
  }
  release(ids: readonly string[]): void {
    for (const alert of this.#of(ids)) this.#put({ ...alert, state: 'firing', since_ms: Date.now(), taken: null });
  }
  silence(ids: readonly string[], until_ms: number, why: string): void {
    for (const alert of this.#of(ids)) this.#put({ ...alert, state: 'silenced', since_ms: Date.now(), silent: { until_ms, by: 'dev', why } });
  }
  unsilence(ids: readonly string[]): void {
    for (const alert of this.#of(ids)) this.#put({ ...alert, state: alert.taken === null ? 'firing' : 'acknowledged', since_ms: Date.now(), silent: null });
  }
  past({ from_ms, to_ms, words, rule: only, severity, skip }: AlertsAsked): AlertsPast {
    const weight = { notice: 0, warning: 1, critical: 2 };
    const rows = this.#past.filter(
      (row) =>
        row.fired_ms < to_ms &&
        (row.resolved_ms ?? to_ms) >= from_ms &&
        (only === null || row.rule === only) &&
        (severity === null || weight[row.severity] >= weight[severity]) &&
        `${row.name} ${row.label}`.toLowerCase().includes(words.toLowerCase()),
    );
    return { rows: rows.slice(skip, skip + 200), more: rows.length > skip + 200 };
  }
  story(alert: number): AlertStory | null {
    const row = this.#past.find((known) => known.alert === alert);
    if (row === undefined) return null;
    const of = rule(row.rule);
    const step = (after: number, from: AlertRow['state'], to: AlertRow['state'], times: number): AlertStory['steps'][number] => ({
      at_ms: row.fired_ms + after,
      from,
      to,
      value: of.value * times,
      limit: of.limit,
      taken_by: to === 'acknowledged' ? (row.taken_by ?? null) : null,
      flapping: false,
    });
    const taken = row.taken_ms === null ? null : row.taken_ms - row.fired_ms;
    const total = row.resolved_ms === null ? null : row.resolved_ms - row.fired_ms;
    const steps = [
      step(-30_000, 'normal', 'pending', 0.6),
      step(0, 'pending', 'firing', 1),
      ...(taken === null ? [] : [step(taken, 'firing', 'acknowledged', 1.4)]),
      ...(total === null ? [] : [step(total * 0.8, 'acknowledged', 'recovering', 0.3), step(total, 'recovering', 'normal', 0.2)]),
    ];
    return {
      alert: row,
      steps,
      actions: [
        { at_ms: row.fired_ms, what: 'told', who: 'bia', words: 'padrao, passo 1: email' },
        ...(row.taken_ms === null ? [] : [{ at_ms: row.taken_ms, what: 'taken' as const, who: row.taken_by, words: 'chamei dois do N2' }]),
      ],
      deliveries: [
        { channel: 'email', to: 'bia', made_ms: row.fired_ms, state: 'sent', ended_ms: row.fired_ms + 400, attempts: 1, words: '250 2.0.0 Ok' },
        { channel: 'plantao', to: '', made_ms: row.fired_ms + 5 * MIN, state: 'failed', ended_ms: row.fired_ms + 6 * MIN, attempts: 4, words: 'HTTP 410 Gone' },
      ],
      seq: 1,
      figure: of.figure,
      unit: of.unit,
      plan: PLAN,
      effect: { to_take_ms: taken, to_recover_ms: total === null ? null : total * 0.8, taken_to_recover_ms: taken === null || total === null ? null : total * 0.8 - taken, to_resolve_ms: total },
    };
  }
  rules(): AlertRules {
    const row = (of: Rule): AlertRuleRow => ({
      id: of.id,
      name: of.name,
      ready: of.id !== 'pronta-discador',
      on: !this.#off.has(of.id),
      severity: of.severity,
      scope: of.scope,
      only: [],
      when: of.when,
      over: of.over,
      figure: of.figure,
      limit: of.limit,
      unit: of.unit,
      for_ms: 30_000,
      keep_ms: MIN,
      policy: of.severity === 'notice' ? null : 'padrao',
      legal: false,
      plan: PLAN,
      standing: 0,
    });
    const fault = this.kind === 'some' ? 'rules.toml:14: rule "minha", when: no name "longest_wiat" of a queue; did you mean "longest_wait"?' : null;
    return { file: '/var/lib/mirante/rules.toml', fault, rules: RULES.map(row) };
  }
  switch(id: string, on: boolean): AlertRules {
    if (on) this.#off.delete(id);
    else this.#off.add(id);
    return this.rules();
  }

  #of(ids: readonly string[]): AlertRow[] {
    return ids.flatMap((id) => this.#rows.get(id) ?? []);
  }
  #put(alert: AlertRow): void {
    this.#rows.set(alert.id, alert);
    this.#dirty[alert.id] = alert;
  }
  #add(id: string, subject: string, label: string, over: Partial<AlertRow> & { readonly fired: number }): void {
    const { fired, ...rest } = over;
    const of = rule(id);
    const source = of.scope === 'source';
    const alert: AlertRow = {
      id: `${id}/${of.scope}/1/${subject}`,
      alert: this.#rows.size + 1_000,
      rule: id,
      name: of.name,
      severity: of.severity,
      state: 'firing',
      scope: of.scope,
      source: 1,
      source_label: 'PABX Matriz',
      subject,
      label,
      since_ms: this.#began - fired,
      fired_ms: this.#began - fired,
      figure: of.figure,
      value: of.value,
      limit: of.limit,
      unit: of.unit,
      flapping: false,
      taken: null,
      silent: null,
      held_by: null,
      legal: false,
      plan: source ? '' : PLAN,
      climb: null,
      group: of.scope === 'queue' ? 'sac' : 'PABX Matriz',
      ...rest,
    };
    this.#put(alert);
    const { alert: number } = alert;
    if (number !== null && this.kind !== 'many')
      this.#past.unshift({ ...this.#pastOf(number, of, label, alert.fired_ms ?? this.#began), taken_ms: alert.taken?.at_ms ?? null, taken_by: alert.taken?.by ?? null, resolved_ms: null });
  }
  #pastOf(alert: number, of: Rule, label: string, fired_ms: number): PastAlertRow {
    return { alert, id: `${of.id}/${of.scope}/1/${label}`, rule: of.id, name: of.name, severity: of.severity, scope: of.scope, source: 1, source_label: 'PABX Matriz', label, fired_ms, taken_ms: null, taken_by: null, resolved_ms: null };
  }
  #makePast(zone: string): void {
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(this.#began);
    const midnight = Date.parse(`${today}T03:00:00Z`);
    for (let nth = 0; nth < 46; nth++) {
      const of = RULES[nth % RULES.length] as Rule;
      const fired = this.#began - 100 * MIN - nth * 37 * MIN;
      const untaken = nth % 4 === 3;
      const long = (4 + ((nth * 7) % 30)) * MIN;
      this.#past.push({ ...this.#pastOf(nth + 1, of, ['SAC', 'Suporte N1', 'Televendas'][nth % 3] ?? '', Math.max(fired, midnight - 30 * 86_400_000)), taken_ms: untaken ? null : fired + 90_000 + (nth % 5) * 40_000, taken_by: untaken ? null : nth % 2 === 0 ? 'bia' : 'caio', resolved_ms: fired + long });
    }
  }
}

/** The mock's answer to a command about alerts; `null` for one about nothing of them. */
export function alertReply(alerts: MockAlerts, command: Command): { is: 'done' } | { is: 'alerts_past'; value: AlertsPast } | { is: 'alert_story'; value: AlertStory } | { is: 'rules'; value: AlertRules } | null {
  switch (command.do) {
    case 'alert_take':
      alerts.take(command.ids, command.note, command.until_ms);
      return { is: 'done' };
    case 'alert_release':
      alerts.release(command.ids);
      return { is: 'done' };
    case 'alert_silence':
      alerts.silence(command.ids, command.until_ms, command.note);
      return { is: 'done' };
    case 'alert_unsilence':
      alerts.unsilence(command.ids);
      return { is: 'done' };
    case 'alerts_history':
      return { is: 'alerts_past', value: alerts.past(command.asked) };
    case 'alert_story': {
      const value = alerts.story(command.alert);
      return value === null ? null : { is: 'alert_story', value };
    }
    case 'rules':
      return { is: 'rules', value: alerts.rules() };
    case 'rule_set_on':
      return { is: 'rules', value: alerts.switch(command.id, command.on) };
    default:
      return null;
  }
}
