/** A plan of action is Markdown that people wrote. It is read into its parts and never becomes HTML. */
import { Lexer, type Token } from 'marked';

/** The parts of a plan. */
export const readPlan = (plan: string): Token[] => Lexer.lex(plan, { gfm: true });

/** What a part says, without its signs. */
export function textOf(tokens: readonly Token[] | undefined): string {
  return (tokens ?? [])
    .map((token) => {
      if (token.type === 'br' || token.type === 'space') return ' ';
      if (token.type === 'html') return token.raw;
      if (token.type === 'list') return (token['items'] as { tokens: Token[] }[]).map((item) => textOf(item.tokens)).join(' ');
      const inner = 'tokens' in token ? token.tokens : undefined;
      return inner !== undefined && inner.length > 0 ? textOf(inner) : 'text' in token ? String(token.text) : '';
    })
    .join('')
    .replace(/\s+/g, ' ');
}

/** The first thing that a plan says to do: its first line that is no heading, as plain text; empty for no plan. */
export function plainPlan(plan: string): string {
  for (const token of readPlan(plan)) {
    if (token.type === 'heading' || token.type === 'space' || token.type === 'hr') continue;
    const text = token.type === 'list' ? textOf((token['items'] as { tokens: Token[] }[])[0]?.tokens) : textOf([token]);
    if (text.trim() !== '') return text.trim();
  }
  return '';
}

/** An address that may be opened from a plan. */
export const isSafe = (address: string): boolean => /^(https?:|mailto:|tel:)/i.test(address.trim());
