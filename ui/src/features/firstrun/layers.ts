/** A connection report as the steps people see. */
import type { ConnectionReport } from '~/bindings/ConnectionReport';
import type { LayerState } from '~/bindings/LayerState';

/** The layers between here and a PBX, outermost first. */
export const LAYERS = ['name', 'port', 'tls', 'permit', 'password', 'read'] as const;
/** A layer that the face has words for. */
export type LayerName = (typeof LAYERS)[number];

/** One step of the test. */
export interface Step {
  /** `null`: a layer newer than this face, shown by `title` as the hub named it. */
  layer: LayerName | null;
  title: string;
  state: LayerState;
  /** The hub's own words, in English: for the detail line and for whoever runs the PBX. */
  detail: string;
}

/** The steps of a report, in its order; layers that it does not name are not reached. */
export function stepsOf(report: ConnectionReport): Step[] {
  const named = report.layers.map((check): Step => {
    const layer = LAYERS.find((name) => name === check.layer) ?? null;
    return { layer, title: check.layer, state: check.state, detail: check.detail };
  });
  const missing = LAYERS.filter((layer) => !named.some((step) => step.layer === layer)).map(
    (layer): Step => ({ layer, title: layer, state: 'not_reached', detail: '' }),
  );
  return [...named, ...missing];
}

/** The first layer that failed: the one to look at. */
export function failedStep(steps: readonly Step[]): Step | null {
  return steps.find((step) => step.state === 'failed') ?? null;
}

/** How a test ended. */
export type Verdict = 'works' | 'works_vicidial' | 'works_no_queues' | 'fails';

/** The verdict of a report. */
export function verdictOf(report: ConnectionReport): Verdict {
  if (!report.ok) return 'fails';
  if (report.vicidial) return 'works_vicidial';
  return report.queues === 0 ? 'works_no_queues' : 'works';
}

/** `permit` lines for `manager.conf`, one an address: an IPv4 with its mask, an IPv6 with its length. */
export function permitLines(addresses: readonly string[]): string {
  return addresses.map((address) => `permit = ${address}/${address.includes(':') ? '128' : '255.255.255.255'}`).join('\n');
}
