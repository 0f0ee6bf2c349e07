import { command } from '~/platform';
import { fileText } from '~/shared/file-text';
import { PART } from './report';

/** Sends a file to the hub part by part and gives what the hub calls it. `told` hears the percent that was sent. */
export async function send(file: File, told: (percent: number) => void): Promise<string | null> {
  let called: string | null = null;
  for (let at = 0; at === 0 || at < file.size; at += PART) {
    told(Math.floor((100 * at) / Math.max(1, file.size)));
    const part = await fileText(file.slice(at, at + PART));
    const reply = await command({ do: 'put_report', part: { file: called, name: file.name, at, part } });
    if (reply.is !== 'report_file') return null;
    called = reply.value;
  }
  return called;
}
