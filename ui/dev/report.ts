import type { ImportNow } from '~/bindings/ImportNow';
import type { ReportLook } from '~/bindings/ReportLook';
import type { ReportMapping } from '~/bindings/ReportMapping';
import type { ReportOrder } from '~/bindings/ReportOrder';

const MAPPING: ReportMapping = {
  header: 3,
  sheet: null,
  dates: 'dmy',
  unit: 's',
  short: 'ms',
  queue_name: null,
  columns: { entered: 'Data/Hora', queue: 'Fila', agent: 'Operador', wait: 'Espera', outcome: 'Desfecho', talk: 'Conversa' },
  outcomes: {},
};
const NOTHING = { transferred: false, phone: null, fault: null };

/** An invented look at a report; what is mapped is believed. */
export function reportLook(mapping: ReportMapping | null): ReportLook {
  const used = mapping ?? MAPPING;
  const needed = ['entered', 'queue', 'wait', 'outcome'] as const;
  const lost = used.outcomes['Perdida'] ?? null;
  return {
    encoding: 'Latin-1',
    divider: ';',
    sheet: null,
    sheets: [],
    zone: 'America/Sao_Paulo',
    columns: [
      { name: 'Data/Hora', head: 'Data/Hora', samples: ['02/03/2026 08:01:20', '02/03/2026 08:02:20'] },
      { name: 'Fila', head: 'Fila', samples: ['SAC', 'Vendas'] },
      { name: 'Operador', head: 'Operador', samples: ['João Conceição', 'Ana Souza'] },
      { name: 'Espera', head: 'Espera', samples: ['00:02:10', '00:00:07'] },
      { name: 'Desfecho', head: 'Desfecho', samples: ['Atendida', 'Perdida'] },
      { name: 'Conversa', head: 'Conversa', samples: ['00:14:25', '00:06:25'] },
      { name: 'Ramal', head: 'Ramal', samples: ['2101', '2102'] },
    ],
    mapping: { ...used, header: used.header ?? 3 },
    remembered: false,
    missing: needed.filter((field) => used.columns[field] === undefined),
    dates_doubtful: true,
    rows: 4_902,
    calls: lost === null ? 4_683 : 4_901,
    skipped: 0,
    outcomes: [{ name: 'answered', count: 4_022 }],
    from_ms: Date.UTC(2026, 2, 2, 11),
    to_ms: Date.UTC(2026, 2, 5, 2),
    queues: 3,
    agents: 4,
    twice: 0,
    words: [
      { word: 'Atendida', rows: 4_022, meaning: 'answered' },
      { word: 'Abandonada', rows: 661, meaning: 'abandoned' },
      { word: 'Perdida', rows: 218, meaning: lost },
    ],
    shown: [
      { ...NOTHING, line: 4, entered_ms: Date.UTC(2026, 2, 2, 11, 1, 20), queue: 'Vendas', agent: 'João Conceição', wait_ms: 130_000, outcome: 'answered', talk_ms: 865_000 },
      { ...NOTHING, line: 5, entered_ms: Date.UTC(2026, 2, 2, 11, 2, 20), queue: 'SAC', agent: null, wait_ms: 7_000, outcome: 'abandoned', talk_ms: null },
      {
        ...NOTHING,
        line: 6,
        entered_ms: null,
        queue: '',
        agent: null,
        wait_ms: null,
        outcome: '',
        talk_ms: null,
        fault: { why: 'unknown_outcome', field: 'outcome', rows: 1 },
      },
    ],
    unfit: [{ why: 'no_time', field: 'entered', rows: 1 }],
    places: [{ first: 4_905, last: 4_905, why: 'no_time', field: 'entered' }],
    others: [],
  };
}

/** An import that is over at once. */
export function reportTaken(order: ReportOrder): ImportNow {
  const done = { rows: 4_902, visits: 4_901, known: 0, heard: 0, skipped: 0, from_ms: Date.UTC(2026, 2, 2, 11), to_ms: Date.UTC(2026, 2, 5, 2) };
  return {
    does: 'report',
    name: 'chamadas.csv',
    source: order.source,
    percent: 100,
    rows: 4_902,
    done: { ...done, unfit: [{ why: 'no_time', field: null, rows: 1 }], report: '/var/lib/mirante/import-20260305T120000Z.csv', stopped: false, open: 0, begins_ms: null },
    failed: null,
  };
}
