import { common as ptCommon } from './pt-BR/common';
import { connections as ptConnections } from './pt-BR/connections';
import { firstrun as ptFirstrun } from './pt-BR/firstrun';
import { imports as ptImports } from './pt-BR/imports';
import { keeping as ptKeeping } from './pt-BR/keeping';
import { live as ptLive } from './pt-BR/live';
import { names as ptNames } from './pt-BR/names';
import { queues as ptQueues } from './pt-BR/queues';
import { subject as ptSubject } from './pt-BR/subject';
import { wallboard as ptWallboard } from './pt-BR/wallboard';
import { common as enCommon } from './en/common';
import { connections as enConnections } from './en/connections';
import { firstrun as enFirstrun } from './en/firstrun';
import { imports as enImports } from './en/imports';
import { keeping as enKeeping } from './en/keeping';
import { live as enLive } from './en/live';
import { names as enNames } from './en/names';
import { queues as enQueues } from './en/queues';
import { subject as enSubject } from './en/subject';
import { wallboard as enWallboard } from './en/wallboard';
import { common as esCommon } from './es/common';
import { connections as esConnections } from './es/connections';
import { firstrun as esFirstrun } from './es/firstrun';
import { imports as esImports } from './es/imports';
import { keeping as esKeeping } from './es/keeping';
import { live as esLive } from './es/live';
import { names as esNames } from './es/names';
import { queues as esQueues } from './es/queues';
import { subject as esSubject } from './es/subject';
import { wallboard as esWallboard } from './es/wallboard';

/** The languages of the interface, Portuguese first. */
export const LANGUAGES = ['pt-BR', 'en', 'es'] as const;
/** A language of the interface; also the explicit locale of every number and time. */
export type Language = (typeof LANGUAGES)[number];

/** The reference: every other language has exactly these keys. */
export const reference = { common: ptCommon, live: ptLive, connections: ptConnections, firstrun: ptFirstrun, imports: ptImports, keeping: ptKeeping, names: ptNames, queues: ptQueues, subject: ptSubject, wallboard: ptWallboard };
/** A part of the catalogue. */
export type Part = keyof typeof reference;

/** All texts, by language and part. */
export const catalogues = {
  'pt-BR': reference,
  en: { common: enCommon, live: enLive, connections: enConnections, firstrun: enFirstrun, imports: enImports, keeping: enKeeping, names: enNames, queues: enQueues, subject: enSubject, wallboard: enWallboard },
  es: { common: esCommon, live: esLive, connections: esConnections, firstrun: esFirstrun, imports: esImports, keeping: esKeeping, names: esNames, queues: esQueues, subject: esSubject, wallboard: esWallboard },
} satisfies Record<Language, Record<Part, object>>;
