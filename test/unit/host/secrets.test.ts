import { describe, expect, it } from 'vitest';
import { start, tool } from '../../support/fake-start.ts';
import type { Spec } from '../../support/fake-tree.ts';
import { cases, SECRET } from './secret-cases.ts';

describe('a secret is never printed by a start', () => {
  it.each(cases)('$title', ({ command = [], env = {}, files, stdin }) => {
    const image = { ...(files && { files }), ...(stdin !== undefined && { stdin }) };
    const { stdout, stderr } = start(command, { ...env, DEBUG: '1' }, image);
    expect(stderr).not.toBe('');
    expect(stdout + stderr).not.toContain(SECRET);
    expect(start(command, env, image).stderr).not.toContain(SECRET);
  });
});

describe('a secret is never printed by the tool', () => {
  it.each(cases)('$title', ({ command = [], env = {}, files, stdin }) => {
    const image = { ...(files && { files }), ...(stdin !== undefined && { stdin }) };
    for (const form of [
      ['plan', '--json', '--'],
      ['plan', '--svg', '--'],
      ['plan', '--'],
    ]) {
      const { stdout, stderr } = tool([...form, ...command], env, image);
      expect(stdout + stderr).not.toBe('');
      expect(stdout + stderr).not.toContain(SECRET);
    }
  });
});

describe('a secret of a command that is no server', () => {
  it.each([[['sh', '-c', `valkey-server --requirepass ${SECRET}`]], [['valkey-cli', '--pass', SECRET, 'PING']]])(
    'is not in its plan: %j',
    (command) => {
      const files: Readonly<Record<string, Spec>> = { '/bin/sh': { text: '\x7fELF', mode: 0o755 } };
      expect(tool(['plan', '--json', '--', ...command], {}, { files }).stdout).toContain('(redacted)');
      expect(tool(['plan', '--json', '--', ...command], {}, { files }).stdout).not.toContain(SECRET);
    },
  );
});

describe('a secret of the environment', () => {
  it.each([['--port', '1'], ['--sentinel'], ['--version']])(
    'that only a client uses does not reach %j',
    (...command) => {
      const { exec } = start(command, { VALKEYCLI_AUTH: SECRET, REDISCLI_AUTH: SECRET });
      expect(JSON.stringify(exec?.env)).not.toContain(SECRET);
    },
  );

  // Options of the server, and arguments that only a load line takes, are handed to it as such.
  const handedOn = ['VALKEY_EXTRA_FLAGS', 'PLAIN_MODULE_ARGS'];
  const secretCases = cases.filter(({ env }) => env !== undefined && !handedOn.some((name) => name in env));
  it.each(secretCases)(
    'is not in the argv or the environment of the server: $title',
    ({ command = [], env = {}, files }) => {
      const { exec } = start(command, env, files ? { files } : {});
      expect(JSON.stringify([exec?.argv, exec?.env])).not.toContain(SECRET);
    },
  );
});
