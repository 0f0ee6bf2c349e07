import { beforeEach, describe, expect, test } from 'vitest';
import type { AlertStory } from '~/bindings/AlertStory';
import type { AlertStepRow } from '~/bindings/AlertStepRow';
import type { PastAlertRow } from '~/bindings/PastAlertRow';
import { preferences } from '~/shared/preferences.svelte';
import { alert } from '~/shared/testing';
import { chartOf } from './chart';
import { cell, csvOf, hhmmss } from './csv';
import { figureWords, valueWords } from './figures';
import { instantOf, writeInstant } from './instant';
import { compare, groupsOf, isFree, linesOf, split } from './order';
import { isSafe, plainPlan } from './plan';
import { conditionWords, ruleWords } from './rule-words';
import { freshOf } from './sound.svelte';
import { barsOf, median, timesBy } from './times';
import { isEnd, shiftAt, shiftEnd } from './until';
import { actionWords, coverWords, effectWords, factWords, headline, nextWords, sentence, stateWords, toldWords } from './words';

const HOUR = 3_600_000;
const MIN = 60_000;
const NOON = Date.parse('2026-11-23T15:00:00Z'); // 12h00 in São Paulo, a Monday.
const ZONE = 'America/Sao_Paulo';

beforeEach(() => (preferences.language = 'pt-BR'));

function past(over: Partial<PastAlertRow> = {}): PastAlertRow {
  return { alert: 1, id: 'espera/queue/1/sac', rule: 'espera', name: 'Espera longa', severity: 'warning', scope: 'queue', source: 1, source_label: 'PABX', label: 'SAC', fired_ms: NOON, taken_ms: null, taken_by: null, resolved_ms: null, ...over };
}

describe('order', () => {
  test('the worst comes first; of the same, what nobody looks after; then the oldest', () => {
    const rows = [
      alert('young', { fired_ms: 50 }),
      alert('notice', { severity: 'notice', fired_ms: 1 }),
      alert('taken', { state: 'acknowledged', fired_ms: 1 }),
      alert('critical', { severity: 'critical', fired_ms: 90 }),
      alert('well', { state: 'recovering', fired_ms: 0 }),
      alert('old', { fired_ms: 10 }),
    ];
    expect(rows.sort(compare).map(({ id }) => id)).toEqual(['critical', 'old', 'young', 'taken', 'well', 'notice']);
  });
  test('what lies under something else, or has not fired, is folded away and counted', () => {
    const rows = (['firing', 'acknowledged', 'recovering', 'pending', 'silenced', 'inhibited', 'no_data', 'normal'] as const).map((state) => alert(state, { state }));
    const { standing, folded } = split(rows);
    expect(standing.map(({ id }) => id)).toEqual(['firing', 'acknowledged', 'recovering']);
    expect(Object.entries(folded).map(([fold, of]) => [fold, of.map(({ id }) => id)])).toEqual([
      ['pending', ['pending']],
      ['silenced', ['silenced']],
      ['inhibited', ['inhibited']],
      ['no_data', ['no_data']],
    ]);
  });
  test('alerts of one rule among what is told together are one line that opens', () => {
    const rows = [alert('a', { fired_ms: 9 }), alert('b', { fired_ms: 5 }), alert('c', { group: 'vendas' }), alert('d', { rule: 'ns', severity: 'critical' })];
    const groups = groupsOf(rows);
    expect(groups.map((group) => group.alerts.map(({ id }) => id))).toEqual([['d'], ['c'], ['b', 'a']]);
    expect(linesOf(groups, new Set()).map(({ kind, id }) => `${kind} ${id}`)).toEqual(['alert d', 'alert c', 'group group espera sac']);
    expect(linesOf(groups, new Set(['espera sac'])).map(({ id }) => id)).toEqual(['d', 'c', 'group espera sac', 'b', 'a']);
  });
  test('2,000 alerts are ordered and grouped well within a frame', () => {
    const rows = Array.from({ length: 2_000 }, (_, nth) => alert(`a${nth}`, { fired_ms: (nth * 7_919) % 2_000, group: `g${nth % 50}`, severity: nth % 3 === 0 ? 'critical' : 'warning' }));
    const began = performance.now();
    expect(linesOf(groupsOf(split(rows).standing), new Set())).toHaveLength(50);
    expect(performance.now() - began).toBeLessThan(50);
  });
});

describe('sentences', () => {
  test('the fact, its limit, and what to do next', () => {
    const one = alert('a', { since_ms: NOON, plan: '# Plano\n\n1. **Chame** reforço\n2. Avise' });
    expect(headline(one)).toBe('SAC: Espera longa');
    expect(factWords(one)).toBe('Maior espera 02:41 às 12h00; limite 01:00');
    expect(sentence(one)).toBe('Maior espera 02:41 às 12h00; limite 01:00. Chame reforço');
    expect(factWords(alert('a', { figure: 'heard', unit: 'flag', value: 0 }))).toBe('');
    expect(headline(alert('a', { scope: 'operation', label: 'support_n1' }))).toBe('Suporte N1: Espera longa');
  });
  test('who looks after it, what silences it and what holds it back', () => {
    const taken = { by: 'bia', note: '', at_ms: NOON, until_ms: NOON + 30 * MIN };
    expect(coverWords(alert('a', { state: 'acknowledged', taken }))).toBe('assumido por bia até 12h30');
    expect(coverWords(alert('a', { state: 'acknowledged', taken: { ...taken, note: 'chamei o N2' } }))).toBe('assumido por bia até 12h30: chamei o N2');
    expect(coverWords(alert('a', { state: 'silenced', silent: { until_ms: NOON, by: 'caio', why: 'treino' } }))).toBe('silenciado por caio até 12h00: treino');
    expect(coverWords(alert('a', { state: 'inhibited', held_by: 'Sem conexão' }))).toBe('suspenso por “Sem conexão”');
    expect(isFree(alert('a', { state: 'acknowledged', taken }))).toBe(false);
  });
  test('who was told, and when the next step comes', () => {
    const climb = { policy: 'padrao', steps: 3, next_ms: NOON + 200_000, told: [{ at_ms: NOON, step: 1, people: ['bia', 'caio'], by: ['email'] }] };
    expect(toldWords(alert('a', { climb }))).toBe('passo 1 às 12h00: bia, caio (email)');
    expect(toldWords(alert('a', { climb: { ...climb, told: [{ at_ms: NOON, step: 2, people: [], by: [] }] } }))).toBe('passo 2 às 12h00: ninguém de plantão');
    expect(toldWords(alert('a'))).toBe('só na tela');
    expect(nextWords(alert('a', { climb }), NOON)).toBe('próximo passo em 03:20');
    expect(nextWords(alert('a', { climb }), NOON + 300_000)).toBe('próximo passo em 00:00');
    expect(nextWords(alert('a', { climb: { ...climb, next_ms: null } }), NOON)).toBe('todos os passos feitos');
  });
  test('states have their fixed words', () => {
    expect((['firing', 'acknowledged', 'recovering', 'silenced', 'inhibited', 'no_data', 'pending'] as const).map((state) => stateWords(state))).toEqual([
      'Disparado',
      'Assumido',
      'Recuperando',
      'Silenciado',
      'Suspenso por outro alerta',
      'Sem dados',
      'Confirmando',
    ]);
    expect([stateWords('normal'), stateWords('normal', true)]).toEqual(['Normal', 'Resolvido']);
  });
  test('the effect says whether the indicator came back, and after how long', () => {
    const story = (alert: PastAlertRow, effect: Partial<AlertStory['effect']>): string =>
      effectWords({ alert, steps: [], actions: [], deliveries: [], seq: 0, figure: null, unit: null, plan: '', effect: { to_take_ms: null, to_recover_ms: null, taken_to_recover_ms: null, to_resolve_ms: null, ...effect } });
    expect(story(past({ taken_by: 'bia' }), { to_take_ms: MIN, to_recover_ms: 5 * MIN, taken_to_recover_ms: 4 * MIN })).toBe('O indicador voltou 04:00 depois de bia assumir, 05:00 depois de disparar.');
    expect(story(past({ taken_by: 'bia' }), { to_take_ms: 6 * MIN, to_recover_ms: 5 * MIN })).toBe('O indicador voltou 05:00 depois de disparar, antes de bia assumir.');
    expect(story(past(), { to_recover_ms: 5 * MIN })).toBe('O indicador voltou 05:00 depois de disparar, sem ninguém assumir.');
    expect(story(past({ taken_by: 'bia' }), { to_take_ms: MIN })).toBe('Assumido por bia após 01:00; o indicador ainda não voltou.');
    expect(story(past(), {})).toBe('Ninguém assumiu e o indicador ainda não voltou.');
    expect(story(past({ resolved_ms: NOON + MIN }), { to_resolve_ms: MIN })).toBe('Acabou sem que se visse o indicador voltar.');
  });
  test('what was done', () => {
    expect(actionWords({ at_ms: 0, what: 'taken', who: 'bia', words: '' })).toBe('bia assumiu');
    expect(actionWords({ at_ms: 0, what: 'let_go', who: null, words: '' })).toBe('o prazo de quem assumiu acabou');
    expect(actionWords({ at_ms: 0, what: 'nobody', who: null, words: '' })).toBe('ninguém do passo estava de plantão');
  });
});

describe('figures', () => {
  test('names with their stretch; what is not known stands as it is', () => {
    expect([figureWords('longest_wait'), figureWords('sl_30m'), figureWords('drop_rate_day'), figureWords('novo_5m')]).toEqual(['Maior espera', 'NS (30 min)', 'Abandono do discador (drop) (dia)', 'novo_5m']);
  });
  test('values in their unit', () => {
    expect(valueWords(0.715, 'share')).toBe('71,5%');
    expect(valueWords(0.8, 'share')).toBe('80%');
    expect([valueWords(45.5, 'seconds'), valueWords(190, 'seconds'), valueWords(14.2, 'minutes'), valueWords(1_200, 'count'), valueWords(1, 'flag'), valueWords(null, 'count')]).toEqual(['45,5 s', '03:10', '14 min', '1.200', 'sim', '—']);
  });
});

describe('rules', () => {
  test('a condition in words, or as it is written where it is involved', () => {
    expect(conditionWords('longest_wait > 60')).toBe('Maior espera acima de 01:00');
    expect(conditionWords('sl_30m < 0.8 && offered_30m >= 10')).toBe('NS (30 min) abaixo de 80% e Recebidas (30 min) em 10 ou mais');
    expect(conditionWords('waiting == 0 || free > 0')).toBe('Na fila igual a 0 ou Livres acima de 0');
    expect(conditionWords('!heard')).toBe('Conexão: não');
    for (const involved of ['a > 1 && b > 2 || c > 3', 'waiting > free * 2', 'pause_reason in ["lanche"]', '(waiting > 1) && free == 0']) expect(conditionWords(involved)).toBe(involved);
  });
  test('for how long, and when it is over', () => {
    const rule = { id: 'a', name: 'A', ready: true, on: true, severity: 'warning', scope: 'queue', only: [], when: 'longest_wait > 60', over: 'longest_wait < 40', figure: null, limit: null, unit: null, for_ms: 30_000, keep_ms: MIN, policy: null, legal: false, plan: '', standing: 0 } as const;
    expect(ruleWords({ ...rule, only: [] })).toEqual({ when: 'Maior espera acima de 01:00 por 00:30', over: 'acaba com Maior espera abaixo de 40 s por 01:00' });
    expect(ruleWords({ ...rule, only: [], over: null })).toEqual({ when: 'Maior espera acima de 01:00 por 00:30', over: 'acaba após 01:00 sem isso' });
  });
});

describe('plans', () => {
  test('the first thing to do, without signs', () => {
    expect(plainPlan('# Título\n\nChame **reforço** de `outra` [fila](https://x).')).toBe('Chame reforço de outra fila.');
    expect(plainPlan('- Veja a fila\n- Avise')).toBe('Veja a fila');
    expect(plainPlan('')).toBe('');
  });
  test('no address that runs something', () => {
    expect([isSafe('https://a'), isSafe('mailto:a@b'), isSafe('javascript:alert(1)'), isSafe(' data:text/html,x'), isSafe('//a')]).toEqual([true, true, false, false, false]);
  });
});

describe('ends', () => {
  const shifts = [
    { id: 'manha', name: 'Manhã', hours: [360, 860] as [number, number] },
    { id: 'tarde', name: 'Tarde', hours: [720, 1_220] as [number, number] },
    { id: 'noite', name: 'Noite', hours: [1_320, 360] as [number, number] },
  ];
  test('of the shifts that go on, the one that ends first; one may cross midnight', () => {
    expect([shiftAt(shifts, 720)?.id, shiftAt(shifts, 900)?.id, shiftAt(shifts, 1_250)?.id ?? null, shiftAt(shifts, 1_400)?.id, shiftAt(shifts, 10)?.id]).toEqual(['manha', 'tarde', null, 'noite', 'noite']);
    expect(shiftEnd(shifts, NOON + 5_000, ZONE)).toEqual({ shift: shifts[0], at: NOON + 140 * MIN });
    expect(shiftEnd(shifts, NOON + 11 * HOUR, ZONE)?.at).toBe(NOON + 18 * HOUR);
    expect(shiftEnd([], NOON, ZONE)).toBeNull();
  });
  test('an end is to come, and not too far', () => {
    expect([isEnd(NOON, NOON, HOUR), isEnd(NOON + 1, NOON, HOUR), isEnd(NOON + HOUR, NOON, HOUR), isEnd(NOON + HOUR + 1, NOON, HOUR)]).toEqual([false, true, true, false]);
  });
  test('a field of day and time is in the zone of the operation', () => {
    expect(writeInstant(NOON, ZONE)).toBe('2026-11-23T12:00');
    expect(instantOf('2026-11-23T12:00', ZONE)).toBe(NOON);
    expect(instantOf('2026-11-23T12:00', 'UTC')).toBe(NOON - 3 * HOUR);
    // The day on which New York's clocks went back is 25 h long.
    expect(instantOf('2026-11-01T12:00', 'America/New_York')).toBe(Date.parse('2026-11-01T17:00:00Z'));
    expect([instantOf('', ZONE), instantOf('amanhã', ZONE)]).toEqual([null, null]);
  });
});

describe('the past', () => {
  test('medians', () => {
    expect([median([]), median([5]), median([9, 1]), median([9, 1, 2])]).toEqual([null, 5, 5, 2]);
  });
  test('time to take and to resolve by rule, of those that were', () => {
    const rows = [past({ taken_ms: NOON + MIN, resolved_ms: NOON + 10 * MIN }), past({ taken_ms: NOON + 3 * MIN }), past({ rule: 'ns', resolved_ms: NOON + MIN })];
    expect(timesBy(rows, (row) => row.rule)).toEqual([
      { key: 'espera', fired: 2, take: [2 * MIN, 2], resolve: [10 * MIN, 1] },
      { key: 'ns', fired: 1, take: [null, 0], resolve: [MIN, 1] },
    ]);
  });
  test('bars of a day, cut where it ends; what goes on lasts until now', () => {
    const [from, to] = [NOON - 12 * HOUR, NOON + 12 * HOUR];
    const rows = [past({ alert: 1, taken_ms: NOON + 3 * HOUR }), past({ alert: 2, rule: 'ns', fired_ms: from - HOUR, resolved_ms: from + 6 * HOUR }), past({ alert: 3, fired_ms: from - 2 * HOUR, resolved_ms: from - HOUR })];
    const lanes = barsOf(rows, from, to, NOON + 6 * HOUR);
    expect(lanes.map(({ rule, bars }) => [rule, bars.map((bar) => [bar.alert.alert, bar.from, bar.taken, bar.to])])).toEqual([
      ['ns', [[2, 0, 0.25, 0.25]]],
      ['espera', [[1, 0.5, 0.625, 0.75]]],
    ]);
  });
  test('a table that no spreadsheet takes for a formula', () => {
    expect([cell('a;b'), cell('diz "a"'), cell('=1+1'), cell('-3')]).toEqual(['"a;b"', '"diz ""a"""', "'=1+1", "'-3"]);
    expect([hhmmss(3_723_000), hhmmss(null)]).toEqual(['01:02:03', '']);
    const lines = csvOf([past({ taken_ms: NOON + 90_000, taken_by: 'bia', resolved_ms: NOON + HOUR })]).split('\r\n');
    expect(lines[1]).toBe('1;atenção;Espera longa;SAC;PABX;2026-11-23T15:00:00Z;2026-11-23T15:01:30Z;bia;2026-11-23T16:00:00Z;00:01:30;01:00:00');
  });
});

describe('the chart', () => {
  const step = (at_ms: number, value: number | null): AlertStepRow => ({ at_ms, from: 'normal', to: 'firing', value, limit: 60, taken_by: null, flapping: false });
  test('fits its values and the threshold, and breaks where there is no value', () => {
    const chart = chartOf([step(0, 30), step(50, 100), step(60, null), step(100, 20)]);
    expect(chart?.runs.map((run) => run.map(({ x }) => x))).toEqual([[0, 0.5], [1]]);
    expect(chart?.scale[0]).toBe(0);
    expect(chart?.limit).toBeCloseTo(1 - 60 / 110);
    expect(chartOf([step(0, null)])).toBeNull();
    expect(chartOf([])).toBeNull();
  });
});

describe('the sound', () => {
  test('what fired since and nobody looks after; a notice makes none', () => {
    const rows = [alert('a', { fired_ms: 5 }), alert('b', { severity: 'notice' }), alert('c', { state: 'silenced' })];
    expect(freshOf(rows, new Set())).toEqual(['a 5']);
    expect(freshOf(rows, new Set(['a 5']))).toEqual([]);
    expect(freshOf([alert('a', { fired_ms: 9 })], new Set(['a 5']))).toEqual(['a 9']);
  });
});
