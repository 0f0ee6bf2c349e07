/** Guesses from a queue's name, offered for confirmation and never applied by themselves. */
import type { OperationName } from '~/shared/operation';

// The level decides before the subject ("vendas-suporte-n2" is a help desk), and leaving before staying customers.
const RULES: readonly (readonly [RegExp, OperationName])[] = [
  [/\bn(?:ivel|ivell|ível)? ?3\b|\bl3\b|tier ?3|service ?desk/, 'service_desk_n3'],
  [/\bn(?:ivel|ivell|ível)? ?2\b|\bl2\b|tier ?2|help ?desk/, 'help_desk_n2'],
  [/\bn(?:ivel|ivell|ível)? ?1\b|\bl1\b|tier ?1|suporte|support|soporte|tecnic/, 'support_n1'],
  [/reten|cancel|fideliz|\bchurn/, 'retention'],
  [/cobran|cobro|acordo|acuerdo|negocia|boleto|2a ?via|collect|financeir/, 'collections'],
  [/venda|venta|\bsales?\b|televend|televent|comercial|contrat/, 'sales'],
  [/\bsac\b|atendimento|atencion|cliente|customer|ouvidoria|relacionamento|\b0800\b/, 'sac'],
];

/** Letters that stay capital in a label. */
const ACRONYMS = new Set(['sac', 'n1', 'n2', 'n3', 'ti', 'rh', 'vip', 'sms', 'nps', 'pj', 'pf', 'crm', 'b2b', 'b2c', 'ura']);

/** Words of this trade that PBX names lose accents or spaces of, in Portuguese and Spanish. */
const SPELLED: Readonly<Record<string, string>> = {
  cobranca: 'cobrança',
  retencao: 'retenção',
  retencion: 'retención',
  atencao: 'atenção',
  atencion: 'atención',
  tecnico: 'técnico',
  negociacao: 'negociação',
  recepcao: 'recepção',
  recepcion: 'recepción',
  helpdesk: 'help desk',
  servicedesk: 'service desk',
};

/** A name as plain words: no accents, no separators, no case. */
function plain(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[_\-.\/]+/g, ' ')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replace(/([a-z])(\d)/g, (whole, letter: string, digit: string) => (letter === 'n' || letter === 'l' ? whole : `${letter} ${digit}`))
    .trim();
}

/** What a queue named `name` is probably for; `null` when the name says nothing, as a number does. */
export function guessOperation(name: string): OperationName | null {
  const words = plain(name);
  return RULES.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}

/** `name` as people would write it ("suporte_n1": "Suporte N1"); `null` when there is nothing to better. */
export function guessLabel(name: string): string | null {
  if (!/\p{L}/u.test(name)) return null;
  const words = name.replace(/[_\-.]+/g, ' ').trim().split(/\s+/);
  const written = words
    .map((word, index) => {
      const typed = word.toLocaleLowerCase('pt-BR');
      if (ACRONYMS.has(typed)) return typed.toLocaleUpperCase('pt-BR');
      // A word with its own capitals was written by somebody on purpose.
      if (word !== typed) return word;
      const low = SPELLED[typed] ?? typed;
      return index === 0 ? low.charAt(0).toLocaleUpperCase('pt-BR') + low.slice(1) : low;
    })
    .join(' ');
  return written === name ? null : written;
}

/** True when the name says that the queue never closes. */
export function saysAlwaysOpen(name: string): boolean {
  return /24 ?h|24 ?x ?7|plantao|emergenc/.test(plain(name));
}
