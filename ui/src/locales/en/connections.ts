import type { connections as reference } from '~/locales/pt-BR/connections';
import type { Translation } from '~/shared/catalogue';

/** The page of connections: what Mirante reads from, and how to change it. */
export const connections: Translation<typeof reference> = {
  title: 'Connections',
  intro: 'Where Mirante reads queues, agents and calls from. It only reads: nothing changes in the PBX.',
  fix: 'Correct access',
  fix_note: 'Correcting {source}: repeat the same address and port, with the new user and password. Queues and history stay the same.',
  remove: 'Remove',
  remove_ask: 'Remove {source}? It leaves the screen and the configuration; its history stays kept.',
  remove_yes: 'Remove connection',
  removed: '{source} removed. Its history stays kept.',
  add: 'Add a PBX',
  add_text: 'Address, AMI user and password, tested before connecting.',
  it: 'Ask IT',
  it_text: 'A page ready for whoever looks after the PBX.',
  sample: 'See it with sample data',
  sample_text: 'An invented centre in place of yours. Your data stay kept.',
  leave: 'Leave the sample data',
  leave_text: 'Goes back to what was there before: your connections or the first steps.',
  up_since: 'connected since {time}',
  never: 'no answer yet',
  down: 'no connection for {age}',
  data_since: 'totals since {time}',
  drift: { one: '{n} difference mended today from the PBX list', other: '{n} differences mended today from the PBX list' },
  clock_ahead: 'The PBX clock is {time} ahead of this computer. Waits and talks are not affected.',
  clock_behind: 'The PBX clock is {time} behind this computer. Waits and talks are not affected.',
  only_sample: 'This Mirante was opened with sample data only. To connect a PBX, open Mirante without that option.',
  reason: 'Reason: {words}',
  none: 'No connection yet.',
  connected: '{source}: access kept.',
  forbidden: 'Your user sees the connections but may not change them.',
};
