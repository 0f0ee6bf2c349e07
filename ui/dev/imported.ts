import type { NameRow } from '../src/bindings/NameRow';
import type { Reply } from '../src/bindings/Reply';
import { GIVEN, QUEUES, SURNAMES } from './names';

/** What an invented hub answers to a file: rows of each kind, or a refusal for a file that holds no comma. */
export function previewNames(file: string): Reply {
  const text = new TextDecoder('latin1').decode(Uint8Array.from(atob(file), (c) => c.charCodeAt(0)));
  if (!/[,;\t]/.test(text)) return { is: 'names', value: { fault: 'no_columns', kind: null, encoding: '', rows: [] } };
  const rows: NameRow[] = QUEUES.map((queue, i) => ({
    line: i + 2,
    of: 'queue',
    key: String(8001 + i),
    present: i % 3 === 1 ? `Fila ${i}` : i % 3 === 2 ? queue.label : null,
    name: queue.label,
    status: i % 3 === 1 ? 'changed' : i % 3 === 2 ? 'same' : 'new',
    why: null,
  }));
  const many = text.includes('many') ? 10_000 : 60;
  for (let i = 0; i < many; i++) {
    const name = `${GIVEN[i % GIVEN.length]} ${SURNAMES[i % SURNAMES.length]}`;
    const status = i % 11 === 3 ? 'unknown' : i % 13 === 5 ? 'invalid' : i % 4 === 0 ? 'changed' : i % 4 === 1 ? 'same' : 'new';
    rows.push({
      line: QUEUES.length + i + 2,
      of: 'agent',
      key: String(2101 + i),
      present: status === 'changed' ? `Ramal ${2101 + i}` : status === 'same' ? name : null,
      name: status === 'invalid' ? '' : name,
      status,
      why: status === 'invalid' ? 'no_name' : null,
    });
  }
  return { is: 'names', value: { fault: null, kind: 'freepbx_extensions', encoding: 'UTF-8', rows } };
}
