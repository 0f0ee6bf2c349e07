import { describe, expect, it } from 'vitest';
import type { ConnectionReport } from '~/bindings/ConnectionReport';
import { EMPTY, connectionOf, isPublicAddress, portFor, problemsOf, splitHost, trusting } from './form';
import { failedStep, permitLines, stepsOf, verdictOf } from './layers';
import { mailAddress } from './mail';

describe('host field', () => {
  it.each([
    ['pabx.local', 'pabx.local', null],
    [' 10.0.0.5:5039 ', '10.0.0.5', '5039'],
    ['http://pabx.local:8088/mxml', 'pabx.local', '8088'],
    ['[fd00::5]:5038', 'fd00::5', '5038'],
    ['fd00::5', 'fd00::5', null],
  ])('%s', (text, host, port) => expect(splitHost(text)).toEqual({ host, port }));
});

describe('form', () => {
  const filled = { ...EMPTY, host: '10.0.0.5', secret: 'x' };
  it('can be tried when host, port, user and secret are there', () => {
    expect(problemsOf(filled)).toEqual({});
    expect(connectionOf(filled)).toEqual({ label: '10.0.0.5', host: '10.0.0.5', port: 5038, tls: false, fingerprint: null, username: 'mirante', secret: 'x' });
  });
  it('keeps spaces of a secret, and takes the port that came with the host', () => {
    const connection = connectionOf({ ...filled, label: ' Matriz ', host: 'pabx:5099', secret: ' a b ' });
    expect([connection.label, connection.host, connection.port, connection.secret]).toEqual(['Matriz', 'pabx', 5099, ' a b ']);
  });
  it('pins an accepted certificate for the place that showed it alone, and only with TLS', () => {
    const form = trusting({ ...filled, host: ' 10.0.0.5:5039 ', tls: true }, 'sha256:AB');
    expect(connectionOf(form).fingerprint).toBe('sha256:AB');
    expect(connectionOf({ ...form, secret: 'y' }).fingerprint).toBe('sha256:AB');
    for (const other of [{ host: '10.0.0.6:5039' }, { host: '10.0.0.5:5040' }, { tls: false }]) expect(connectionOf({ ...form, ...other }).fingerprint).toBeNull();
  });
  it('says what is wrong', () => {
    expect(problemsOf(EMPTY)).toEqual({ host: 'wanted', secret: 'wanted' });
    expect(problemsOf({ ...filled, host: 'a b', port: '70000', username: ' ' })).toEqual({ host: 'host', port: 'port', username: 'wanted' });
    expect(problemsOf({ ...filled, port: '0' })).toEqual({ port: 'port' });
  });
  it('lets nothing smuggle a second AMI line', () => {
    expect(problemsOf({ ...filled, username: 'a\r\nAction: Command', secret: 'b\nX: y' })).toEqual({ username: 'line', secret: 'line' });
  });
  it('moves the usual port with TLS and leaves a chosen one', () => {
    expect([portFor(true, '5038'), portFor(false, '5039'), portFor(true, '6000'), portFor(true, '')]).toEqual(['5039', '5038', '6000', '5039']);
  });
  it('knows addresses of the internet', () => {
    expect(['8.8.8.8', '172.32.0.1', '100.128.0.1'].map(isPublicAddress)).toEqual([true, true, true]);
    expect(['10.1.1.1', '172.16.0.1', '192.168.1.1', '127.0.0.1', '100.64.0.1', 'pabx.local'].map(isPublicAddress)).toEqual(Array(6).fill(false));
  });
});

describe('report', () => {
  const report: ConnectionReport = {
    ok: false,
    layers: [
      { layer: 'name', state: 'ok', detail: '10.0.0.5' },
      { layer: 'port', state: 'ok', detail: '' },
      { layer: 'tls', state: 'not_used', detail: '' },
      { layer: 'permit', state: 'failed', detail: 'closed before the banner' },
    ],
    certificate: null,
    platform: null,
    vicidial: false,
    queues: 0,
    members: 0,
    too_many_rights: [],
  };
  it('shows every layer, those not told as not reached', () => {
    expect(stepsOf(report).map((step) => [step.layer, step.state])).toEqual([
      ['name', 'ok'],
      ['port', 'ok'],
      ['tls', 'not_used'],
      ['permit', 'failed'],
      ['password', 'not_reached'],
      ['read', 'not_reached'],
    ]);
    expect(failedStep(stepsOf(report))?.layer).toBe('permit');
  });
  it('shows a layer of a newer hub under its own name', () => {
    const step = stepsOf({ ...report, layers: [{ layer: 'ssh', state: 'failed', detail: 'x' }] })[0];
    expect(step).toEqual({ layer: null, title: 'ssh', state: 'failed', detail: 'x' });
  });
  it('tells a VICIdial and an empty PBX from one that just works', () => {
    const verdicts = [{}, { queues: 3 }, { vicidial: true, queues: 3 }].map((over) => verdictOf({ ...report, ok: true, ...over }));
    expect([verdictOf(report), ...verdicts]).toEqual(['fails', 'works_no_queues', 'works', 'works_vicidial']);
  });
});

describe('what is sent to whoever runs the PBX', () => {
  it('permits each address of this computer and no other', () => {
    expect(permitLines(['10.0.0.15', 'fd00::5'])).toBe('permit = 10.0.0.15/255.255.255.255\npermit = fd00::5/128');
    expect(permitLines([])).toBe('');
  });
  it('goes whole in a short mail, and by the clipboard in a long one', () => {
    const short = mailAddress('Usuário & senha', 'linha 1\nlinha 2', 'cole');
    expect(short).toEqual({ address: 'mailto:?subject=Usu%C3%A1rio%20%26%20senha&body=linha%201%0D%0Alinha%202', pasted: false });
    expect(mailAddress('s', 'x'.repeat(3_000), 'cole')).toEqual({ address: 'mailto:?subject=s&body=cole', pasted: true });
  });
});
