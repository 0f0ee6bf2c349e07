import { describe, expect, test } from 'vitest';
import { agent, caller, level, queue, source } from '~/shared/testing';
import { countGroups, groupOf, hold, inScope, sortAgents, sortCallers, sortQueues } from './lists';
import { cardsOf } from './now';

const NOW = 1_000_000;
/** Minute of the day. */
const NOON = 720;
const sources = new Map([
  ['1', source(1)],
  ['2', source(1, { id: 2, link: 'down' })],
]);
const calm = queue('sac', { id: '1/a', label: 'Ágata', answered: 5, ...level(9, 10) });
const late = queue('sac', { id: '1/b', operation: 'sac', label: 'b10', waiting: 1, oldest_ms: NOW - 90_000, answered: 50 });
const low = queue('sac', { id: '1/c', label: 'b9', ...level(1, 10), answered: 5 });
const deaf = queue('sac', { id: '2/d', source: 2, label: 'D', waiting: 3, oldest_ms: 0 });
const every = [calm, late, low, deaf];
const ids = (rows: readonly { id: string }[]): string[] => rows.map((row) => row.id);

describe('queues', () => {
  test('exceptions first, then names as people read them', () => {
    expect(ids(sortQueues(every, sources, NOW, NOON, { column: 'severity', descending: false }))).toEqual(['1/b', '2/d', '1/c', '1/a']);
    expect(ids(sortQueues(every, sources, NOW, NOON, { column: 'name', descending: false }))).toEqual(['1/a', '1/c', '1/b', '2/d']);
  });
  test('a queue with nobody in it goes after those at work', () => {
    const night = queue('sac', { id: '1/0', label: 'A', answered: 900 });
    const staffed = queue('sac', { id: '1/1', label: 'Z', paused: 1 });
    expect(ids(sortQueues([night, staffed, low], sources, NOW, NOON, { column: 'severity', descending: false }))).toEqual(['1/c', '1/1', '1/0']);
  });
  test('an absent figure goes last both ways', () => {
    expect(ids(sortQueues(every, sources, NOW, NOON, { column: 'longest', descending: true }))).toEqual(['2/d', '1/b', '1/a', '1/c']);
    expect(ids(sortQueues(every, sources, NOW, NOON, { column: 'level', descending: true }))).toEqual(['1/a', '1/c', '1/b', '2/d']);
    expect(ids(sortQueues(every, sources, NOW, NOON, { column: 'level', descending: false }))).toEqual(['1/c', '1/a', '1/b', '2/d']);
  });
  test('the list given is not changed', () => expect(ids(every)).toEqual(['1/a', '1/b', '1/c', '2/d']));
  test('rows under the pointer keep their places; a new one goes last', () => {
    expect(ids(hold([late, low, calm], ['1/a', '1/b']))).toEqual(['1/a', '1/b', '1/c']);
    expect(ids(hold([late, calm], null))).toEqual(['1/b', '1/a']);
  });
  test('scopes', () => {
    const kept = (scope: string) => ids(every.filter((q) => inScope(scope, q)));
    expect(kept('all')).toHaveLength(4);
    expect(kept('src:2')).toEqual(['2/d']);
    expect(kept('q:1/b')).toEqual(['1/b']);
    expect(kept('op:sac')).toEqual(['1/b']);
    expect(kept('op:none')).toEqual(['1/a', '1/c', '2/d']);
    expect(inScope('q:1/a:b', queue('sac', { id: '1/a:b' }))).toBe(true);
  });
});

test('callers: who waits longest first; unknown places last', () => {
  const rows = [caller({ id: 'x', entered_ms: 50, position: null }), caller({ id: 'y', entered_ms: 10, position: 2 }), caller({ id: 'z', entered_ms: 90, position: 1 })];
  const label = (id: string): string => id;
  expect(ids(sortCallers(rows, label, { column: 'wait', descending: true }))).toEqual(['y', 'x', 'z']);
  expect(ids(sortCallers(rows, label, { column: 'wait', descending: false }))).toEqual(['z', 'x', 'y']);
  expect(ids(sortCallers(rows, label, { column: 'position', descending: false }))).toEqual(['z', 'y', 'x']);
});

describe('people', () => {
  const rows = [
    agent('2001', { id: 'free', state: 'ready', name: 'Zé' }),
    agent('2001', { id: 'queue', state: 'talking', place: { kind: 'queue', id: '1/a' }, since_ms: 5 }),
    agent('2001', { id: 'out', state: 'talking', place: { kind: 'other' }, since_ms: 9, name: 'Bia' }),
    agent('2001', { id: 'pause', state: 'paused', since_ms: 7, name: 'Éder' }),
    agent('2001', { id: 'older', state: 'paused', since_ms: 3, name: 'Davi' }),
    agent('2001', { id: 'off', state: 'offline' }),
  ];
  test('a call from no queue and no campaign is outside the queue, on hold too', () => {
    expect(groupOf({ state: 'talking', place: { kind: 'other' } })).toBe('outside');
    expect(groupOf({ state: 'hold', place: { kind: 'other' } })).toBe('outside');
    expect(groupOf({ state: 'talking', place: null })).toBe('talking');
    expect(groupOf({ state: 'ringing', place: { kind: 'other' } })).toBe('ringing');
  });
  test('exceptions first, the longest first within each', () => {
    expect(ids(sortAgents(rows, 'exception'))).toEqual(['out', 'older', 'pause', 'queue', 'free', 'off']);
  });
  test('by time and by name', () => {
    expect(ids(sortAgents(rows, 'time')).slice(-2)).toEqual(['pause', 'out']);
    expect(ids(sortAgents(rows.slice(2, 5), 'name'))).toEqual(['out', 'older', 'pause']);
  });
  test('counts', () => expect(countGroups(rows)).toMatchObject({ outside: 1, paused: 2, talking: 1, ready: 1, offline: 1 }));
});

describe('what needs somebody now', () => {
  test('waits, then sources, then targets', () => {
    expect(ids(cardsOf(every, sources, NOW, NOON))).toEqual(['wait 1/b', 'link 2', 'level 1/c']);
  });
  test('the wait longest against its own target first', () => {
    const strict = queue('sac', { id: '1/s', waiting: 1, oldest_ms: NOW - 80_000, goal_seconds: 10 });
    expect(ids(cardsOf([late, strict], new Map([['1', source(1)]]), NOW, NOON))).toEqual(['wait 1/s', 'wait 1/b']);
  });
  test('the queue of a source that is not heard raises no card of its own', () => {
    expect(ids(cardsOf([deaf], sources, NOW, NOON))).toEqual(['link 2']);
  });
  test('several queues under target are one card, most customers first; a closed one is not among them', () => {
    const big = queue('sac', { id: '1/big', ...level(20, 40) });
    const shut = queue('sac', { id: '1/shut', hours: [480, 600], ...level(1, 90) });
    const [card, ...more] = cardsOf([low, big, shut], new Map([['1', source(1)]]), NOW, NOON);
    expect(more).toEqual([]);
    expect(card?.kind === 'levels' ? ids(card.queues) : card).toEqual(['1/big', '1/c']);
  });
  test('a calm floor has none', () => expect(cardsOf([calm], new Map([['1', source(1)]]), NOW, NOON)).toEqual([]));
});
