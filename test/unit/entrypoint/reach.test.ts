import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../entrypoint/modules/settings.ts';
import { reachServer } from '../../../entrypoint/reach.ts';
import { directives } from '../../support/conf-lines.ts';

function asked(bind: string): string | undefined {
  return reachServer(settingsOf(directives(`bind ${bind}`)), ['10.0.0.5', 'fd00::5'])[1];
}

describe('where a server is asked', () => {
  it.each([
    ['-10.0.0.9 0.0.0.0', '127.0.0.1'],
    ['10.0.0.9', '127.0.0.1'],
    ['-fd00::9 ::', '::1'],
    ['-other.example *', '127.0.0.1'],
  ])('never asks another machine: bind %s', (bind, address) => {
    expect(asked(bind)).toBe(address);
  });

  it.each([
    ['*', '127.0.0.1'],
    ['* -::*', '127.0.0.1'],
    ['::', '::1'],
    ['::*', '::1'],
    ['-::*', '::1'],
    ['-::1 127.0.0.1', '127.0.0.1'],
    ['10.0.0.5', '10.0.0.5'],
    ['fd00:0:0::5', 'fd00:0:0::5'],
    ['-10.0.0.5 127.0.0.1', '10.0.0.5'],
    ['valkey.example', 'valkey.example'],
  ])('asks where the server listens: bind %s', (bind, address) => {
    expect(asked(bind)).toBe(address);
  });
});
