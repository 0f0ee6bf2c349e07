/**
 * What a wallboard shows, kept whole in its address: a television opens a link, so nothing may depend on what somebody
 * once clicked in that browser. The profile in particular is explicit: without one the board is *operação*.
 */

/** Who may see the board. `operation` hangs where operators see it (NR-17, Annex II); `supervision` must not. */
export type Profile = 'operation' | 'supervision';

/** Metres from the reader to the screen. */
export type Distance = 3 | 5 | 8;

/** Everything that an address says about a board. */
export interface BoardLink {
  profile: Profile;
  /** Row ids of the queues shown; empty: all, those that appear later included. */
  queues: string[];
  distance: Distance;
  /** Pages change by themselves. */
  rotate: boolean;
  /** A sentence for those who read the board; empty: none. */
  notice: string;
}

/** Longest notice, characters: one line at 5 m. */
export const NOTICE_MAX = 52;

/** The board that opens when the address says nothing. */
export const DEFAULT_BOARD: BoardLink = { profile: 'operation', queues: [], distance: 5, rotate: false, notice: '' };

const PATH = '#/painel';
const DISTANCES: readonly Distance[] = [3, 5, 8];

/** Reads a hash such as `#/painel?perfil=supervisao&fila=1/sac`. What it does not know it ignores. */
export function readLink(hash: string): BoardLink {
  const at = hash.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : hash.slice(at + 1));
  const distance = DISTANCES.find((metres) => String(metres) === query.get('distancia'));
  return {
    profile: query.get('perfil') === 'supervisao' ? 'supervision' : 'operation',
    queues: [...new Set(query.getAll('fila').filter((id) => id !== ''))],
    distance: distance ?? DEFAULT_BOARD.distance,
    rotate: query.get('girar') === 'sim',
    notice: [...(query.get('aviso') ?? '').trim()].slice(0, NOTICE_MAX).join(''),
  };
}

/** Writes the hash of a board; what equals the default is left out, the profile never is. */
export function writeLink(link: BoardLink): string {
  const query = new URLSearchParams();
  query.set('perfil', link.profile === 'supervision' ? 'supervisao' : 'operacao');
  for (const id of link.queues) query.append('fila', id);
  if (link.distance !== DEFAULT_BOARD.distance) query.set('distancia', String(link.distance));
  if (link.rotate) query.set('girar', 'sim');
  const notice = link.notice.trim();
  if (notice !== '') query.set('aviso', notice);
  return `${PATH}?${query.toString()}`;
}
