import type { Batch } from '../src/bindings/Batch';
import type { Command } from '../src/bindings/Command';
import type { Hello } from '../src/bindings/Hello';
import type { Reply } from '../src/bindings/Reply';
import { CommandError, type FeedListener, type Platform } from '../src/platform/types';
import { MockAlerts, alertReply } from './alerts';
import { MockFloor, type Scenario } from './floor';
import { MockImports } from './hours';
import { previewNames } from './imported';
import { MockKeeping } from './keeping';
import { reportLook, reportTaken } from './report';
import { subjectFound } from './subject';

const SCENARIOS = ['busy', 'calm', 'empty', 'partial', 'stale', 'down', 'lost', 'big', 'first', 'never', 'making', 'real'] as const;

const NOTHING: Batch['rows'] = { sources: {}, queues: {}, agents: {}, callers: {}, campaigns: {}, alerts: {} };

/** A host that plays an invented floor; only for `npm run dev` and looking at screens. `?mock=busy` chooses the play. */
export function mockPlatform(name: string): Platform {
  const scenario: Scenario = (SCENARIOS as readonly string[]).includes(name) ? (name as Scenario) : 'busy';
  const floor = new MockFloor(scenario);
  const keeping = new MockKeeping(scenario === 'empty');
  const imports = new MockImports();
  const alerts = new MockAlerts(scenario === 'big' ? 'many' : ['busy', 'stale', 'partial'].includes(scenario) ? 'some' : 'none');
  /** The floor stands still: `&still`, to look at what alerts alone cost. */
  const isStill = typeof location !== 'undefined' && new URLSearchParams(location.search).has('still');
  let firstRun = scenario === 'first';

  const hello = (): Hello => ({
    version: '0.1.0',
    actor: 'dev',
    can_configure: true,
    first_run: firstRun,
    // The floor is invented, but what can be done with a real one is to be tried too.
    sample: scenario !== 'first' && scenario !== 'real' && scenario !== 'partial',
    addresses: ['192.168.10.24', '10.0.0.7'],
    zone: 'America/Sao_Paulo',
    alone: true,
  });

  async function command(command: Command): Promise<Reply> {
    await new Promise((done) => setTimeout(done, 150));
    const told = alertReply(alerts, command);
    if (told !== null) return told;
    switch (command.do) {
      case 'hello':
        return { is: 'hello', value: hello() };
      case 'use_sample':
        firstRun = false;
        return { is: 'done' };
      case 'disconnect':
      case 'leave_sample':
        firstRun = true;
        return { is: 'done' };
      case 'connect':
        firstRun = false;
        return { is: 'done' };
      case 'test_connection': {
        // Over TLS the mock PBX shows a certificate of its own making.
        const unknown = command.connection.tls && command.connection.fingerprint === null;
        const failed = unknown ? 2 : command.connection.host.startsWith('10.') ? 3 : command.connection.secret === 'wrong' ? 4 : 9;
        const layers = ['name', 'port', 'tls', 'permit', 'password', 'read'];
        await new Promise((done) => setTimeout(done, 900));
        return {
          is: 'connection',
          value: {
            ok: failed === 9,
            layers: layers.map((layer, i) => ({
              layer,
              state:
                layer === 'tls' && !command.connection.tls ? 'not_used' : i < failed ? 'ok' : i === failed ? 'failed' : 'not_reached',
              detail: i === failed ? 'connection closed before the greeting' : '',
            })),
            certificate: unknown ? `sha256:${Array.from({ length: 32 }, (_, i) => (i * 7 + 16).toString(16).slice(-2).toUpperCase()).join(':')}` : null,
            platform: failed === 9 ? 'Asterisk 22.5.2' : null,
            vicidial: command.connection.host.includes('vici'),
            queues: failed === 9 ? 6 : 0,
            members: failed === 9 ? 40 : 0,
            too_many_rights: failed === 9 ? ['originate'] : [],
          },
        };
      }
      case 'configure_queues':
        floor.configure(command.queues);
        return { is: 'done' };
      case 'reconnect':
        return { is: 'done' };
      case 'preview_names':
        return previewNames(command.file);
      case 'apply_names':
        return { is: 'renamed', value: command.names.map((choice) => ({ ...choice, name: null })) };
      case 'find_subject':
        return { is: 'subject', value: subjectFound(command.subject) };
      case 'export_subject':
        return { is: 'subject_file', value: { json: '{}\n', csv: 'o que é,início\r\n' } };
      case 'erase_subject':
        return { is: 'erased', value: { text: `${JSON.stringify({ by: command.by, reason: command.reason }, null, 2)}\n`, copies_left: [] } };
      case 'reconcile':
        return { is: 'reconciliation', value: { queues: [], logs: [] } };
      case 'arrivals':
        return { is: 'arrivals', value: [] };
      case 'keeping':
        return { is: 'keeping', value: keeping.shown() };
      case 'preview_keeping':
        return { is: 'going', value: keeping.going(command.keeps) };
      case 'set_keeping':
        return { is: 'rekept', value: keeping.set(command.keeps) };
      case 'remove_now':
        keeping.remove();
        return { is: 'done' };
      case 'put_report':
        return { is: 'report_file', value: 'mock' };
      case 'look_at_report':
        return { is: 'report_look', value: reportLook(command.mapping) };
      case 'take_report':
        return { is: 'importing', value: reportTaken(command.order) };
      case 'imports':
        return { is: 'imports', value: imports.list() };
      case 'complete_day':
        return { is: 'importing', value: imports.complete(command.source) };
      case 'undo_import':
        return { is: 'importing', value: imports.undo(command.source) };
      case 'import_now':
      case 'stop_import':
        return { is: 'importing', value: null };
      case 'it_request':
        return { is: 'text', value: `# Pedido ao TI\n\nmanager.conf\n\n[mirante]\nsecret = …\npermit = 192.168.10.24/32\n` };
      case 'card':
      case 'card_rows':
      case 'timeline':
      case 'moment':
      case 'partial':
      case 'goals':
      case 'levels':
      case 'judging':
      case 'judge':
      case 'alerts_history':
      case 'alert_story':
      case 'alert_take':
      case 'alert_release':
      case 'alert_silence':
      case 'alert_unsilence':
      case 'rules':
      case 'rule_set_on':
        throw new CommandError('not_found', 'the mock keeps no history', false);
      case 'next':
        throw new CommandError('invalid', 'the mock pushes its feed', false);
    }
  }

  function follow(listener: FeedListener): () => void {
    let number = 1;
    const send = (kind: Batch['kind'], rows: Batch['rows']): void => {
      listener.batch({
        kind,
        number: number++,
        stream: 'mock',
        now: Date.now(),
        seq: number * 7,
        seen: floor.seen(),
        health: floor.health(),
        rows,
      });
    };
    send('snapshot', { ...floor.all(), alerts: alerts.all() });
    const timer = setInterval(() => {
      if (scenario === 'lost' && number > 4) return;
      send('delta', { ...(isStill ? NOTHING : floor.step()), alerts: alerts.step() });
    }, scenario === 'big' ? 100 : 500);
    return () => clearInterval(timer);
  }

  return { capabilities: { token: false, newWindow: true, embedded: false }, command, follow };
}
