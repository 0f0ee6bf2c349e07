import { describe, expect, it } from 'vitest';
import { healthOf, heardQueues } from './health';
import { DEFAULT_BOARD, NOTICE_MAX, readLink, writeLink, type BoardLink } from './link';
import type { GoalRow } from '~/bindings/GoalRow';
import { boardCampaigns, boardGoals, pagesOf, selected, turn } from './pages';
import { agent, campaign, level, queue, source } from '~/shared/testing';
import { viewOf, type Floor } from './view';

describe('address of a board', () => {
  it('opens as operação unless it says supervisão in so many letters', () => {
    expect(readLink('#/painel').profile).toBe('operation');
    expect(readLink('#/painel?perfil=').profile).toBe('operation');
    expect(readLink('#/painel?perfil=SUPERVISAO').profile).toBe('operation');
    expect(readLink('#/painel?perfil=supervisao').profile).toBe('supervision');
  });
  it('goes there and back, whatever the queue is called', () => {
    const link = { profile: 'supervision', queues: ['1/sac', '2/a&b=c, ção#?'], distance: 8, rotate: true, notice: 'Passo 3: 2ª via & "WhatsApp"' } as const;
    expect(readLink(writeLink({ ...link, queues: [...link.queues] }))).toEqual(link);
  });
  it('names the profile even when it is the default', () => {
    expect(writeLink(DEFAULT_BOARD)).toBe('#/painel?perfil=operacao');
  });
  it('ignores what makes no sense and cuts a long notice', () => {
    const link = readLink(`#/painel?distancia=40&girar=talvez&fila=&fila=1/a&fila=1/a&aviso=${'á'.repeat(300)}`);
    expect(link).toEqual({ ...DEFAULT_BOARD, queues: ['1/a'], notice: 'á'.repeat(NOTICE_MAX) });
  });
});

describe('pages', () => {
  const queues = ['n1', 'sac', 'n10', 'n2'].map((name) => queue(name));
  it('keep the order people know and drop queues that are gone', () => {
    expect(selected(queues, DEFAULT_BOARD, 'pt-BR').map((row) => row.name)).toEqual(['n1', 'n2', 'n10', 'sac']);
    expect(selected(queues, { ...DEFAULT_BOARD, queues: ['1/sac', '1/gone'] }, 'pt-BR').map((row) => row.name)).toEqual(['sac']);
  });
  it('never put queues side by side on operação, nor show what may not hang there', () => {
    const pages = pagesOf(queues, [], DEFAULT_BOARD, false);
    expect(pages.map((page) => [page.kind, page.kind === 'figures' ? page.queues.length : 0])).toEqual([
      ['figures', 4],
      ['figures', 1],
      ['figures', 1],
      ['figures', 1],
      ['figures', 1],
    ]);
    const tiles = new Set(pages.flatMap((page) => (page.kind === 'figures' ? page.tiles : [])));
    expect([...tiles]).toEqual(['answered', 'level', 'logged']);
  });
  it('list every queue on supervisão: none vanishes', () => {
    const many = Array.from({ length: 14 }, (_, index) => queue(`q${index}`));
    const pages = pagesOf(many, [], { ...DEFAULT_BOARD, profile: 'supervision' }, false);
    const lists = pages.flatMap((page) => (page.kind === 'queues' ? [page.queues] : []));
    expect(lists.map((list) => list.length)).toEqual([6, 6, 2]);
    expect(lists.flat()).toEqual(many);
  });
  it('spread the figures over two pages when they are read from 8 m', () => {
    const far = { ...DEFAULT_BOARD, profile: 'supervision', distance: 8 } as const;
    const pages = pagesOf([queue('a')], [], far, false);
    expect(pages.map((page) => (page.kind === 'figures' ? page.tiles : []))).toEqual([
      ['wait', 'waiting', 'level', 'team'],
      ['answered', 'abandoned'],
    ]);
  });
  it('show campaigns with the whole operation only, and list those that do not fit the tile', () => {
    const campaigns = ['a', 'b', 'c', 'd'].map((name) => campaign(name, { goal: 10 }));
    const kinds = (list: typeof campaigns, link: BoardLink): string[] => pagesOf([queue('a')], list, link, false).map((page) => page.kind);
    expect(kinds(campaigns, DEFAULT_BOARD)).toEqual(['figures', 'campaigns']);
    expect(kinds(campaigns.slice(0, 3), DEFAULT_BOARD)).toEqual(['figures']);
    expect(kinds(campaigns, { ...DEFAULT_BOARD, queues: ['1/a'] })).toEqual(['figures']);
  });
  it('are one over one queue or none', () => {
    expect(pagesOf([], [], DEFAULT_BOARD, false)).toHaveLength(1);
    expect(pagesOf([queue('a')], [], { ...DEFAULT_BOARD, profile: 'supervision' }, false)).toHaveLength(1);
  });
  it('turn around the end', () => {
    expect([turn(0, -1, 3), turn(2, 1, 3), turn(1, 1, 3), turn(0, 1, 0)]).toEqual([2, 0, 2, 0]);
  });
});

describe('health', () => {
  const hub = { ready: true, alive: true, last: 9_000 };
  const up = source(1);
  const down = source(2, { link: 'down', link_since_ms: 5_000 });
  it('is live when every source is heard', () => {
    expect(healthOf(hub, [up])).toEqual({ kind: 'live' });
  });
  it('names the sources that are not heard', () => {
    expect(healthOf(hub, [up, down])).toEqual({ kind: 'partial', down: [down], since: 5_000 });
    expect(healthOf(hub, [down])).toEqual({ kind: 'down', down: [down], since: 5_000 });
    expect(healthOf(hub, [source(3, { link: 'never', link_since_ms: null })])).toMatchObject({ kind: 'down', since: null });
  });
  it('knows nothing of the sources when the hub is silent', () => {
    expect(healthOf({ ...hub, alive: false }, [up])).toEqual({ kind: 'hub', since: 9_000 });
    expect(healthOf({ ready: false, alive: false, last: null }, [])).toEqual({ kind: 'opening' });
  });
  it('keeps silent queues out of what is now', () => {
    const queues = [queue('a'), queue('b', { id: '2/b', source: 2 })];
    expect(heardQueues(queues, [up, down]).map((row) => row.id)).toEqual(['1/a']);
  });
});

describe('campaigns of a board', () => {
  it('keep their places: by label, not by result', () => {
    const rows = [campaign('Vendas', { goal: 1, sales: 9 }), campaign('Acordos', { attempts: 1 }), campaign('Parada')];
    expect(boardCampaigns(rows, 'pt-BR').map((row) => row.label)).toEqual(['Acordos', 'Vendas']);
  });
});

describe('figures of a page', () => {
  const hub = { ready: true, alive: true, last: 0 };
  const floor = (over: Partial<Floor> = {}): Floor => ({ sources: [source(1), source(2)], agents: [], hub, now: 100_000, minute: 720, seen: 100_000, ...over });
  const here = queue('sac', { waiting: 2, oldest_ms: 30_000, answered: 40, ...level(30, 40) });
  const there = queue('n3', { id: '2/n3', source: 2, waiting: 5, oldest_ms: 10_000, answered: 9, ...level(9, 10) });

  it('leave a silent source out of what is now, and keep what it had counted', () => {
    const view = viewOf([here, there], true, floor({ sources: [source(1), source(2, { link: 'down', link_since_ms: 60_000 })] }));
    expect([view.live, view.waiting, view.longest?.queue.name]).toEqual([true, 2, 'sac']);
    // 30 + 9 of 40 + 10 is 78 %.
    expect([view.answered, view.level.value]).toEqual([49, 0.78]);
  });
  it('are last readings, without any severity, when nothing is heard', () => {
    const silent = floor({ sources: [source(1, { link: 'down' }), source(2, { link: 'down' })] });
    const view = viewOf([here, there], true, silent);
    expect([view.live, view.waiting, view.waitSeverity, view.levelSeverity]).toEqual([false, 7, 'normal', 'normal']);
  });
  it('are critical when somebody waited over three times the target and nobody is free', () => {
    // 100 s - 30 s = 70 s over 3 × 20 s.
    expect(viewOf([here], false, floor()).waitSeverity).toBe('critical');
    expect(viewOf([{ ...here, free: 1 }], false, floor()).waitSeverity).toBe('normal');
    expect(viewOf([here], false, floor({ now: 90_000 })).waitSeverity).toBe('normal');
    expect(viewOf([here], false, floor()).longest?.limitMs).toBe(60_000);
  });
  it('ask for attention under the target only on enough calls', () => {
    expect(viewOf([here], false, floor()).levelSeverity).toBe('attention');
    expect(viewOf([queue('a', level(1, 9))], false, floor()).levelSeverity).toBe('normal');
    expect(viewOf([queue('a', level(8, 10))], false, floor()).levelSeverity).toBe('normal');
    expect(viewOf([queue('a', { ...level(1, 40), hours: [480, 1080] })], false, floor()).levelSeverity).toBe('attention');
    expect(viewOf([queue('a', { ...level(1, 40), hours: [480, 1080] })], false, floor({ minute: 1200 })).levelSeverity).toBe('normal');
  });
  it('count everybody only on the whole operation', () => {
    const agents = [agent('ana', { queues: [here.id] }), agent('beto')];
    expect([viewOf([here], false, floor({ agents })).team.logged, viewOf([here], true, floor({ agents })).team.logged]).toEqual([1, 2]);
  });
  it('tell a centre without queues from one without calls', () => {
    const view = viewOf([], true, floor());
    expect([view.waiting, view.answered, view.level.value, view.goal.kind]).toEqual([null, null, null, 'none']);
  });
});

describe('goals on the wall', () => {
  const goal = (scope: GoalRow['scope'], definition: string, more: Partial<GoalRow> = {}): GoalRow =>
    ({ scope, window: { kind: 'day' }, figure: { definition }, ...more }) as GoalRow;
  const queues = [queue('a', { operation: 'sac' })];
  const all = [
    goal({ kind: 'queue', id: '1/a' }, 'sl.f4@1'),
    goal({ kind: 'queue', id: '1/a' }, 'asa@1'),
    goal({ kind: 'queue', id: '1/b' }, 'asa@1'),
    goal({ kind: 'operation', id: 'sac' }, 'abandonment@1'),
    goal({ kind: 'team', id: 'manha' }, 'answered@1'),
    goal({ kind: 'campaign', id: '1/v' }, 'sales@1'),
    goal({ kind: 'queue', id: '1/a' }, 'sl.f4@1', { window: { kind: 'rolling', of: 30 } }),
  ];
  const told = (whole: boolean): string[] => boardGoals(all, queues, whole).map(({ scope, figure }) => `${scope.kind} ${figure.definition}`);
  it('are those that somebody set for its queues, and of no team', () => {
    expect(told(true)).toEqual(['queue asa@1', 'operation abandonment@1', 'campaign sales@1', 'queue sl.f4@1']);
    expect(told(false)).toEqual(['queue asa@1', 'operation abandonment@1', 'queue sl.f4@1']);
  });
  it('have pages of their own after the figures', () => {
    const pages = pagesOf(queues, [], DEFAULT_BOARD, false, boardGoals(all, queues, true));
    expect(pages.map((page) => page.kind)).toEqual(['figures', 'goals']);
  });
});
