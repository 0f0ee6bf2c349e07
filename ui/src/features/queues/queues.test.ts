import { describe, expect, it } from 'vitest';
import { queue } from '~/shared/testing';
import { applyToAll, choiceOf, draftOf, mergeDrafts, problemsOf } from './drafts';
import { guessLabel, guessOperation, saysAlwaysOpen } from './guess';
import { readTime, writeTime } from '~/shared/hours';

describe('guess by name', () => {
  it.each([
    ['sac', 'sac'],
    ['SAC-0800', 'sac'],
    ['fila_atendimento_cliente', 'sac'],
    ['televendas', 'sales'],
    ['Vendas PJ', 'sales'],
    ['suporte_n1', 'support_n1'],
    ['suporteN2', 'help_desk_n2'],
    ['helpdesk', 'help_desk_n2'],
    ['Help Desk Nível 3', 'service_desk_n3'],
    ['service-desk', 'service_desk_n3'],
    ['cobranca', 'collections'],
    ['Cobrança receptiva', 'collections'],
    ['retencao', 'retention'],
    ['Cancelamento cliente', 'retention'],
  ])('%s is %s', (name, operation) => expect(guessOperation(name)).toBe(operation));

  it.each(['8001', 'fila7', 'q', '', 'saco'])('%s says nothing', (name) => expect(guessOperation(name)).toBeNull());

  it('writes names as people do and leaves alone what is well written', () => {
    expect(guessLabel('suporte_n1')).toBe('Suporte N1');
    expect(guessLabel('sac')).toBe('SAC');
    expect(guessLabel('help-desk.n2')).toBe('Help desk N2');
    expect(guessLabel('cobranca_receptiva')).toBe('Cobrança receptiva');
    expect(guessLabel('servicedesk-n3')).toBe('Service desk N3');
    expect(guessLabel('Cobrança receptiva')).toBeNull();
    expect(guessLabel('8001')).toBeNull();
  });

  it('knows queues that never close', () => {
    expect([saysAlwaysOpen('plantão'), saysAlwaysOpen('suporte24h'), saysAlwaysOpen('sac')]).toEqual([true, true, false]);
  });
});

describe('hours', () => {
  it.each([
    ['8', 480],
    ['8h', 480],
    ['8h30', 510],
    ['08:30', 510],
    ['0830', 510],
    ['830', 510],
    ['23.59', 1439],
    ['0', 0],
    ['24h', 0],
    ['24:00', 0],
  ])('%s is minute %d', (text, minute) => expect(readTime(text)).toBe(minute));
  it.each(['', 'oito', '25', '24:01', '8:60', '8:3', '-1', '08:30:00'])('%s is no time', (text) => expect(readTime(text)).toBeNull());
  it('are written with two digits', () => expect([writeTime(0), writeTime(510), writeTime(1439)]).toEqual(['00:00', '08:30', '23:59']));
});

describe('rows of the table', () => {
  it('start from what was decided', () => {
    const draft = draftOf(queue('8001', { label: 'Balcão', operation: 'other', goal_percent: 90, goal_seconds: 10, hours: [480, 1080] }));
    expect(draft).toMatchObject({ label: 'Balcão', operation: 'other', percent: '90', seconds: '10', alwaysOpen: false, from: '08:00', to: '18:00' });
    expect(draft.guessed).toEqual({ label: false, operation: false });
  });
  it('mark a guess as one, and read it from the label when the name is a number', () => {
    expect(draftOf(queue('televendas'))).toMatchObject({ label: 'Televendas', operation: 'sales', guessed: { label: true, operation: true } });
    expect(draftOf(queue('8001', { label: 'Cobrança' }))).toMatchObject({ operation: 'collections', guessed: { label: false, operation: true } });
  });
  it('guess nothing where the name says nothing', () => {
    expect(draftOf(queue('8001'))).toMatchObject({ label: '8001', operation: '', guessed: { label: false, operation: false } });
  });
  it('become a decision; the platform\'s own name is no label', () => {
    const draft = { ...draftOf(queue('sac')), alwaysOpen: false, from: '22h', to: '6h' };
    expect(choiceOf(draft)).toEqual({ id: '1/sac', label: 'SAC', operation: 'sac', goal_percent: 80, goal_seconds: 20, hours: [1320, 360] });
    expect(choiceOf({ ...draft, label: ' sac ', alwaysOpen: true })).toMatchObject({ label: '', hours: null });
    expect(choiceOf({ ...draft, operation: '' })?.operation).toBeNull();
  });
  it('say what is wrong, field by field, and are no decision until it is right', () => {
    const bad = { ...draftOf(queue('sac')), label: 'x'.repeat(81), percent: '101', seconds: '0', alwaysOpen: false, from: '', to: '25h' };
    expect(problemsOf(bad)).toEqual({ label: 'label_long', percent: 'percent_range', seconds: 'seconds_range', from: 'time', to: 'time' });
    expect(choiceOf(bad)).toBeNull();
    expect(problemsOf({ ...draftOf(queue('sac')), percent: '79,5' })).toEqual({ percent: 'percent_range' });
    expect(problemsOf({ ...draftOf(queue('sac')), alwaysOpen: false, from: '8h', to: '08:00' })).toEqual({ to: 'same_time' });
    expect(problemsOf({ ...draftOf(queue('sac')), from: 'lixo' })).toEqual({});
  });
  it('take target and hours from one row, never its name or operation', () => {
    const model = { ...draftOf(queue('sac')), percent: '90', seconds: '10', alwaysOpen: false, from: '8h', to: '18h' };
    const [first] = applyToAll([draftOf(queue('televendas'))], model);
    expect(first).toMatchObject({ label: 'Televendas', operation: 'sales', percent: '90', seconds: '10', from: '8h', to: '18h' });
  });
  it('keep what was typed when a new queue shows up', () => {
    const typed = { ...draftOf(queue('sac')), label: 'SAC Matriz' };
    const merged = mergeDrafts([typed], [queue('n1'), queue('sac')]);
    expect(merged.map((draft) => draft.label)).toEqual(['SAC Matriz', 'N1']);
  });
});
