import type { SubjectAsked } from '~/bindings/SubjectAsked';
import type { SubjectFound } from '~/bindings/SubjectFound';

/** What the mock has stored about anybody: one sure number, one that may be somebody else's, and an agent's name that two have. */
export function subjectFound(asked: SubjectAsked): SubjectFound {
  const nothing: SubjectFound = {
    of: asked.of,
    forms: [],
    people: 0,
    visits: 0,
    attempts: 0,
    spans: 0,
    from_ms: null,
    to_ms: null,
    agent: null,
    present: false,
    configured: false,
    shared_with: [],
    choices: [],
  };
  const now = Date.now();
  const told = { people: 2, visits: 14, attempts: 3, from_ms: now - 60 * 86_400_000, to_ms: now - 3_600_000 };
  if (asked.of === 'customer') {
    if (asked.number.length < 8) return nothing;
    const forms = [
      { number: asked.number, name: 'Sandra Henrique Nogueira', sure: true },
      { number: asked.number.slice(-9), name: '', sure: asked.also.length > 0 },
    ];
    return { ...nothing, ...told, forms };
  }
  if (asked.agent === 'José') return { ...nothing, choices: ['matriz/2103', 'matriz/2104'] };
  const forms = [{ number: '', name: 'João Batista de Albuquerque Cavalcanti', sure: true }];
  return { ...nothing, ...told, forms, agent: 'matriz/2101', spans: 4_180, present: true, configured: true, shared_with: ['filial/2101'] };
}
