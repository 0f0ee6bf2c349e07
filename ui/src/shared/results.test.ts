import { describe, expect, test } from 'vitest';
import { resultOf, sumResults } from './results';
import { campaign } from './testing';

describe('results of campaigns', () => {
  const survey = campaign('Pesquisa NPS', { kind: 'survey', goal: 70, results: 24, completed: 24, sales: 3 });
  const debts = campaign('Vendas de dívida', { kind: 'collections', goal: 180, results: 128, promises: 128 });
  const sales = campaign('Novembro', { kind: 'sales', results: 46, sales: 46 });

  test('are the ones the hub counted, whatever the campaign is called', () => {
    expect(resultOf(survey)).toEqual({ kind: 'surveys', done: 24, goal: 70, share: 24 / 70 });
    expect(resultOf(debts)).toMatchObject({ kind: 'promises', done: 128 });
    expect(resultOf(campaign('X', { kind: 'retention', results: 5 }))).toMatchObject({ kind: 'results', done: 5 });
    expect(resultOf(campaign('X', { kind: 'scheduling', results: 5 }))).toMatchObject({ kind: 'contacts', done: 5 });
  });
  test('a goal of nothing is no goal', () => {
    expect(resultOf(campaign('X', { goal: 0, results: 3 }))).toMatchObject({ goal: null, share: null });
  });
  test('add up to what the rows say: only campaigns with a goal are held against the goals', () => {
    const sum = sumResults([sales, survey, debts]);
    expect(sum).toMatchObject({ count: 198, goal: 250, towardsGoal: 152, aimed: 2, met: 0, withoutGoal: 1 });
    expect([...(sum?.byKind ?? [])]).toEqual([
      ['promises', 128],
      ['sales', 46],
      ['surveys', 24],
    ]);
  });
  test('a goal reached by one campaign is not reached by the others', () => {
    expect(sumResults([debts, campaign('Y', { kind: 'survey', goal: 70, results: 139 })])).toMatchObject({ aimed: 2, met: 1 });
  });
  test('without a goal nothing is wanted; without campaigns there is no figure', () => {
    expect(sumResults([sales])).toMatchObject({ count: 46, goal: null, towardsGoal: 0 });
    expect(sumResults([])).toBeNull();
  });
});
