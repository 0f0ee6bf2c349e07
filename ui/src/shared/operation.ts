/** What a queue may be for, as the hub writes it. */
export const OPERATIONS = [
  'sac',
  'sales',
  'support_n1',
  'help_desk_n2',
  'service_desk_n3',
  'collections',
  'retention',
  'other',
] as const;
/** An operation. */
export type OperationName = (typeof OPERATIONS)[number];

/** True if this version knows the operation. */
export const isOperation = (name: string | null): name is OperationName =>
  name !== null && (OPERATIONS as readonly string[]).includes(name);
