import { describe, expect, test } from 'vitest';
import { splitToken } from './token';

describe('the token in the address', () => {
  test('leads to the first page when nothing follows', () => {
    expect(splitToken('#token=abc')).toEqual({ token: 'abc', hash: '#/' });
    expect(splitToken('#token=a%2Bb')).toEqual({ token: 'a+b', hash: '#/' });
  });
  test('keeps the page that follows, with its own questions', () => {
    expect(splitToken('#token=abc&ir=/painel?perfil=supervisao&fila=1/sac&girar=sim')).toEqual({
      token: 'abc',
      hash: '#/painel?perfil=supervisao&fila=1/sac&girar=sim',
    });
    expect(splitToken('#token=abc&ir=%2Fpainel%3Fperfil%3Doperacao')?.hash).toBe('#/painel?perfil=operacao');
  });
  test('goes nowhere but to a page of ours', () => {
    expect(splitToken('#token=abc&ir=https://example.org')?.hash).toBe('#/');
    expect(splitToken('#token=abc&ir=')?.hash).toBe('#/');
  });
  test('a stray percent sign breaks nothing', () => expect(splitToken('#token=100%')?.token).toBe('100%'));
  test('other addresses bring none', () => {
    expect(splitToken('#/painel?token=abc')).toBeNull();
    expect(splitToken('')).toBeNull();
  });
});
