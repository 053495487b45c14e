import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../entrypoint/modules/settings.ts';
import { argumentsOfStart, reachServer } from '../../../entrypoint/reach.ts';
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

describe('a sentinel', () => {
  const port = (...lines: string[]) => reachServer(settingsOf(directives(lines.join('\n'))), []).slice(2);
  it('is asked on its own default port', () => {
    expect(port('sentinel monitor m 127.0.0.1 6379 1')).toEqual(['-p', '26379']);
    expect(port('maxmemory 1gb')).toEqual(['-p', '6379']);
  });
  it('is asked on the port that it is given', () => {
    expect(port('port 5000', 'sentinel monitor m 127.0.0.1 6379 1')).toEqual(['-p', '5000']);
  });
  it('is known by its name in the record of its start', () => {
    const argv = ['/usr/local/bin/valkey-sentinel', '/s.conf'];
    expect(argumentsOfStart(JSON.stringify({ argv }))).toEqual(['/s.conf', '--sentinel']);
  });
});
