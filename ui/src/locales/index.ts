import { alerts as ptAlerts } from './pt-BR/alerts';
import { card as ptCard } from './pt-BR/card';
import { common as ptCommon } from './pt-BR/common';
import { connections as ptConnections } from './pt-BR/connections';
import { firstrun as ptFirstrun } from './pt-BR/firstrun';
import { imports as ptImports } from './pt-BR/imports';
import { goals as ptGoals } from './pt-BR/goals';
import { judging as ptJudging } from './pt-BR/judging';
import { keeping as ptKeeping } from './pt-BR/keeping';
import { live as ptLive } from './pt-BR/live';
import { names as ptNames } from './pt-BR/names';
import { partial as ptPartial } from './pt-BR/partial';
import { queues as ptQueues } from './pt-BR/queues';
import { reconcile as ptReconcile } from './pt-BR/reconcile';
import { subject as ptSubject } from './pt-BR/subject';
import { wallboard as ptWallboard } from './pt-BR/wallboard';
import { alerts as enAlerts } from './en/alerts';
import { card as enCard } from './en/card';
import { common as enCommon } from './en/common';
import { connections as enConnections } from './en/connections';
import { firstrun as enFirstrun } from './en/firstrun';
import { imports as enImports } from './en/imports';
import { goals as enGoals } from './en/goals';
import { judging as enJudging } from './en/judging';
import { keeping as enKeeping } from './en/keeping';
import { live as enLive } from './en/live';
import { names as enNames } from './en/names';
import { partial as enPartial } from './en/partial';
import { queues as enQueues } from './en/queues';
import { reconcile as enReconcile } from './en/reconcile';
import { subject as enSubject } from './en/subject';
import { wallboard as enWallboard } from './en/wallboard';
import { alerts as esAlerts } from './es/alerts';
import { card as esCard } from './es/card';
import { common as esCommon } from './es/common';
import { connections as esConnections } from './es/connections';
import { firstrun as esFirstrun } from './es/firstrun';
import { imports as esImports } from './es/imports';
import { goals as esGoals } from './es/goals';
import { judging as esJudging } from './es/judging';
import { keeping as esKeeping } from './es/keeping';
import { live as esLive } from './es/live';
import { names as esNames } from './es/names';
import { partial as esPartial } from './es/partial';
import { queues as esQueues } from './es/queues';
import { reconcile as esReconcile } from './es/reconcile';
import { subject as esSubject } from './es/subject';
import { wallboard as esWallboard } from './es/wallboard';

/** The languages of the interface, Portuguese first. */
export const LANGUAGES = ['pt-BR', 'en', 'es'] as const;
/** A language of the interface; also the explicit locale of every number and time. */
export type Language = (typeof LANGUAGES)[number];

/** The reference: every other language has exactly these keys. */
export const reference = { alerts: ptAlerts, card: ptCard, common: ptCommon, live: ptLive, connections: ptConnections, firstrun: ptFirstrun, imports: ptImports, goals: ptGoals, judging: ptJudging, keeping: ptKeeping, names: ptNames, partial: ptPartial, queues: ptQueues, reconcile: ptReconcile, subject: ptSubject, wallboard: ptWallboard };
/** A part of the catalogue. */
export type Part = keyof typeof reference;

/** All texts, by language and part. */
export const catalogues = {
  'pt-BR': reference,
  en: { alerts: enAlerts, card: enCard, common: enCommon, live: enLive, connections: enConnections, firstrun: enFirstrun, imports: enImports, goals: enGoals, judging: enJudging, keeping: enKeeping, names: enNames, partial: enPartial, queues: enQueues, reconcile: enReconcile, subject: enSubject, wallboard: enWallboard },
  es: { alerts: esAlerts, card: esCard, common: esCommon, live: esLive, connections: esConnections, firstrun: esFirstrun, imports: esImports, goals: esGoals, judging: esJudging, keeping: esKeeping, names: esNames, partial: esPartial, queues: esQueues, reconcile: esReconcile, subject: esSubject, wallboard: esWallboard },
} satisfies Record<Language, Record<Part, object>>;
