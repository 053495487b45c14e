import { describe, expect, it } from 'vitest';
import { kindsOf, start } from '../../support/fake-start.ts';

describe('a command that is not the server', () => {
  const env = {
    VALKEY_PASSWORD: 'x',
    NODE_OPTIONS: '--inspect',
    SEARCH_MODULE_ARGS: '--bad "',
    VALKEY_EXTRA_FLAGS: '--port 1',
  };

  it('is executed with its own arguments and environment, and nothing else happens but signals', () => {
    const started = start(['bash', '-c', 'yes | head -1'], env);
    expect(kindsOf(started)).toEqual(['restore signals', 'exec']);
    expect(started.exec).toEqual({ kind: 'exec', path: '/bin/bash', argv: ['bash', '-c', 'yes | head -1'], env });
    expect(started.stderr).toBe('');
  });
  it('may be a path', () => {
    expect(start(['/bin/bash'], {}).exec).toMatchObject({ path: '/bin/bash', argv: ['/bin/bash'] });
  });
  it('ends with 127 where it is not on PATH', () => {
    expect(start(['nothing-here'])).toMatchObject({ codes: ['VB501'], exitCode: 127, exec: null });
  });
  it('ends with 126 where it may not be executed', () => {
    const files = { '/usr/bin/script': 'text' };
    expect(start(['script'], {}, { files })).toMatchObject({ codes: ['VB502'], exitCode: 126, exec: null });
  });
  it('ends with 126 where the kernel refuses it', () => {
    expect(start(['bash'], {}, { cannotExec: 'exec format error' })).toMatchObject({ codes: ['VB502'], exitCode: 126 });
  });
  it('is found on PATH in its order', () => {
    const files = { '/a/x': { text: '', mode: 0o755 }, '/b/x': { text: '', mode: 0o755 } };
    expect(start(['x'], {}, { files, path: ['/none', '/b', '/a'] }).exec?.path).toBe('/b/x');
  });
});

describe('a question to the server', () => {
  it.each([['--version'], ['-v'], ['--help'], ['-h'], ['--check-system'], ['--test-memory', '2']])(
    '%s is handed on untouched, whatever the variables say',
    (...args) => {
      const started = start(args, {
        SEARCH_MODULE_ARGS: 'stray "',
        VALKEY_EXTRA_FLAGS: '--port 1',
        VALKEY_PASSWORD: '',
      });
      expect(started.exec?.argv).toEqual(['valkey-server', ...args]);
      expect(started.stderr).toBe('');
      expect(kindsOf(started).filter((kind) => kind !== 'remove stale')).toEqual(['drop', 'restore signals', 'exec']);
    },
  );
});

describe('sentinel', () => {
  const files = { '/etc/s.conf': 'port 26379\ndir /srv/s\n', '/srv/s': { directory: true } as const };
  it('gets no module, no password and no image default, but its user and VALKEY_EXTRA_FLAGS', () => {
    const env = { VALKEY_PASSWORD: 'x', VALKEY_EXTRA_FLAGS: '--loglevel verbose', SEARCH_MODULE_ARGS: 'stray' };
    const started = start(['/etc/s.conf', '--sentinel'], env, { files });
    expect(started.exec?.argv).toEqual(['valkey-server', '/etc/s.conf', '--sentinel', '--loglevel', 'verbose']);
    expect(started.exec?.env).not.toHaveProperty('VALKEY_PASSWORD');
    expect(kindsOf(started)).toContain('drop');
  });
  it('owns its working directory', () => {
    expect(start(['/etc/s.conf', '--sentinel'], {}, { files }).events).toContainEqual(
      expect.objectContaining({ kind: 'own', directory: '/srv/s' }),
    );
  });
  it('is meant by VALKEY_EXTRA_FLAGS too, since the server looks for it everywhere', () => {
    const { exec } = start(['/etc/s.conf'], { VALKEY_EXTRA_FLAGS: '--sentinel' }, { files });
    expect(exec?.argv).toEqual(['valkey-server', '/etc/s.conf', '--sentinel']);
  });
  it.each(['valkey-sentinel', 'redis-sentinel'])('may go by its own name, which the server looks at: %s', (name) => {
    const { exec } = start([name, '/etc/s.conf'], { VALKEY_EXTRA_FLAGS: '--loglevel verbose' }, { files });
    expect(exec?.argv).toEqual([name, '/etc/s.conf', '--loglevel', 'verbose']);
    expect(exec?.path).toBe('/usr/local/libexec/valkey/valkey-server');
  });
  it('leaves a record for the health check', () => {
    const written = start(['valkey-sentinel', '/etc/s.conf'], {}, { files }).events.find(
      ({ kind }) => kind === 'write',
    );
    expect(written).toMatchObject({ names: ['start.record'], owner: { uid: 999, gid: 999 } });
  });
  it('starts where no record can be written', () => {
    const closed = ['/run/valkey-bundle', '/dev/shm', '/tmp'];
    expect(start(['valkey-sentinel', '/etc/s.conf'], {}, { files, closed }).exec).not.toBeNull();
  });
  it('reads standard input itself', () => {
    const { exec, hostAfter } = start(['/etc/s.conf', '--sentinel', '-'], {}, { files, stdin: 'dir /srv\n' });
    expect(exec?.argv).toEqual(['valkey-server', '/etc/s.conf', '--sentinel', '-']);
    expect(hostAfter().readStdin()).toBe('dir /srv\n');
  });
});
