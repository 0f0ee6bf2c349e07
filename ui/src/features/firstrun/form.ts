/** The connection form as typed, and what is wrong with it before anyone is asked. */
import type { Connection } from '~/bindings/Connection';

/** Usual AMI port, plain and over TLS. */
export const PORT = { plain: 5038, tls: 5039 } as const;

/** The form as typed. */
export interface Form {
  label: string;
  host: string;
  port: string;
  tls: boolean;
  username: string;
  secret: string;
  /** A certificate that a person compared and accepted, and the place that showed it. */
  pin: { place: string; fingerprint: string } | null;
}

/** A field that can be wrong. */
export type Field = 'host' | 'port' | 'username' | 'secret';
/** What is wrong with a field. */
export type Problem = 'wanted' | 'host' | 'port' | 'line';
/** Problems by field. */
export type Problems = Partial<Record<Field, Problem>>;

/** An empty form. */
export const EMPTY: Form = { label: '', host: '', port: String(PORT.plain), tls: false, username: 'mirante', secret: '', pin: null };

/** Splits what people paste into the host field: `ami://host:port/`, `host:port`, `[::1]:5038`. */
export function splitHost(text: string): { host: string; port: string | null } {
  const bare = text.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/\/.*$/, '');
  const bracketed = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/i.exec(bare);
  if (bracketed?.[1] !== undefined) return { host: bracketed[1], port: bracketed[2] ?? null };
  const ported = /^([^:]+):(\d{1,5})$/.exec(bare);
  if (ported?.[1] !== undefined) return { host: ported[1], port: ported[2] ?? null };
  return { host: bare, port: null };
}

/** The form with the host field split and, if the port was still the usual one, the usual one for `tls`. */
export function settle(form: Form): Form {
  const { host, port } = splitHost(form.host);
  return { ...form, host, port: port ?? form.port.trim() };
}

/** The port after TLS was turned on or off: the usual one follows, one that somebody chose stays. */
export function portFor(tls: boolean, port: string): string {
  const typed = port.trim();
  if (typed === '' || typed === String(tls ? PORT.plain : PORT.tls)) return String(tls ? PORT.tls : PORT.plain);
  return typed;
}

/** What is wrong; empty when the form can be tried. */
export function problemsOf(form: Form): Problems {
  const { host, port, username, secret } = settle(form);
  const problems: Problems = {};
  if (host === '') problems.host = 'wanted';
  else if (host.length > 253 || !/^[\p{L}\p{N}._:-]+$/u.test(host)) problems.host = 'host';
  const number = Number(port);
  if (!/^\d{1,5}$/.test(port) || number < 1 || number > 65_535) problems.port = 'port';
  if (username.trim() === '') problems.username = 'wanted';
  // AMI ends a field at the end of a line: a line break here would be a second field.
  else if (/[\r\n]/.test(username)) problems.username = 'line';
  if (secret === '') problems.secret = 'wanted';
  else if (/[\r\n]/.test(secret)) problems.secret = 'line';
  return problems;
}

/** The connection to try; without a label people see the host. A certificate is accepted for the place that showed it alone. */
export function connectionOf(form: Form): Connection {
  const { host, port, tls, username, secret, label, pin } = settle(form);
  const fingerprint = tls && pin?.place === `${host}:${port}` ? pin.fingerprint : null;
  return { label: label.trim() === '' ? host : label.trim(), host, port: Number(port), tls, fingerprint, username: username.trim(), secret };
}

/** The form with the certificate accepted that its place showed. */
export function trusting(form: Form, fingerprint: string): Form {
  const { host, port } = settle(form);
  return { ...form, pin: { place: `${host}:${port}`, fingerprint } };
}

/** True for an IPv4 address out of reach of a local network: there, AMI without TLS would cross the internet in clear. */
export function isPublicAddress(host: string): boolean {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host.trim());
  if (parts === null) return false;
  const [a, b] = [Number(parts[1]), Number(parts[2])];
  const local =
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b <= 127);
  return !local;
}
