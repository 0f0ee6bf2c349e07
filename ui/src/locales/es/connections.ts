import type { connections as reference } from '~/locales/pt-BR/connections';
import type { Translation } from '~/shared/catalogue';

/** The page of connections: what Mirante reads from, and how to change it. */
export const connections: Translation<typeof reference> = {
  title: 'Conexiones',
  intro: 'De dónde lee Mirante colas, agentes y llamadas. Solo lee: nada cambia en la central.',
  fix: 'Corregir acceso',
  fix_note: 'Corregir {source}: repita la misma dirección y el mismo puerto, con el usuario y la contraseña nuevos. Las colas y el historial siguen siendo los mismos.',
  remove: 'Eliminar',
  remove_ask: '¿Eliminar {source}? Sale de la pantalla y de la configuración; el historial queda guardado.',
  remove_yes: 'Eliminar conexión',
  removed: '{source} eliminada. El historial queda guardado.',
  add: 'Agregar una central',
  add_text: 'Dirección, usuario y contraseña AMI, con prueba antes de conectar.',
  it: 'Pedir a TI',
  it_text: 'Una página lista para quien cuida la central.',
  sample: 'Ver con datos de ejemplo',
  sample_text: 'Un centro inventado en lugar del suyo. Sus datos siguen guardados.',
  leave: 'Salir de los datos de ejemplo',
  leave_text: 'Vuelve a lo que había antes: sus conexiones o los primeros pasos.',
  up_since: 'con conexión desde {time}',
  never: 'todavía sin respuesta',
  down: 'sin conexión hace {age}',
  data_since: 'totales desde las {time}',
  drift: { one: '{n} diferencia corregida hoy con la lista de la central', other: '{n} diferencias corregidas hoy con la lista de la central' },
  clock_ahead: 'El reloj de la central va {time} adelantado respecto a este equipo. Esperas y conversaciones no cambian.',
  clock_behind: 'El reloj de la central va {time} atrasado respecto a este equipo. Esperas y conversaciones no cambian.',
  only_sample: 'Este Mirante se abrió solo con datos de ejemplo. Para conectar una central, ábralo sin esa opción.',
  reason: 'Motivo: {words}',
  none: 'Ninguna conexión todavía.',
  connected: '{source}: acceso guardado.',
  forbidden: 'Su usuario ve las conexiones, pero no puede cambiarlas.',
};
