import { describe, expect, it } from 'vitest';
import type { World } from '../../support/fake-host.ts';
import { kindsOf, start } from '../../support/fake-start.ts';

const CONF = '/opt/s/s.conf';
const SERVER = { uid: 999, gid: 999 };
const ofRoot = { text: 'protected-mode yes\n', mode: 0o644 };

function sentinel(world: World = {}, path = CONF) {
  const files = { '/data': { directory: true, mode: 0o777 } as const, [path]: ofRoot, ...world.files };
  return start(['valkey-sentinel', path], {}, { ...world, files });
}

function given(world: World = {}, path = CONF): string[] {
  return sentinel(world, path).events.flatMap((event) => (event.kind === 'give' ? [event.path] : []));
}

/** Line of /proc/self/mountinfo. */
function mounted(path: string): NonNullable<World['files']> {
  return { '/proc/self/mountinfo': `41 30 0:36 / ${path} rw,relatime - ext4 /dev/sda1 rw\n` };
}

describe('the configuration file of a sentinel', () => {
  it('is given with its folder by root, before it becomes the server’s user', () => {
    const started = sentinel();
    expect(given()).toEqual([CONF, '/opt/s']);
    expect(kindsOf(started).lastIndexOf('give')).toBeLessThan(kindsOf(started).indexOf('drop'));
    expect(started.codes).toEqual([]);
    expect(started.hostAfter().tree.look(CONF)?.owner).toEqual(SERVER);
  });
  it('is given without its folder where that is one of the system', () => {
    expect(given({}, '/etc/s.conf')).toEqual(['/etc/s.conf']);
    expect(sentinel({}, '/etc/s.conf').codes).toEqual(['VB515']);
  });
  it('is given without its folder where it is mounted by itself, since nothing can take its place', () => {
    expect(given({ files: mounted(CONF) })).toEqual([CONF]);
    expect(sentinel({ files: mounted(CONF) }).codes).toEqual(['VB515']);
  });
  it('is known as mounted by its real path, whatever is in its name', () => {
    const files = { '/link': { link: '/opt/a b' }, '/opt/a b/s.conf': ofRoot, ...mounted('/opt/a\\040b/s.conf') };
    expect(start(['valkey-sentinel', '/link/s.conf'], {}, { files }).codes).toEqual(['VB515']);
  });
  it('is as good in a folder that is mounted', () => {
    expect(sentinel({ files: mounted('/opt/s') }).codes).toEqual([]);
  });
  it('is named where it cannot be given', () => {
    const { codes, exec } = sentinel({ cannotOwn: [CONF] });
    expect([codes.at(-1), exec !== null]).toEqual(['VB515', true]);
  });
  it('is given to nobody without root, and is named where it may not be written', () => {
    expect(given({ uid: 999 })).toEqual([]);
    expect(sentinel({ uid: 999 }).codes).toEqual(['VB515']);
    expect(sentinel({ uid: 0, files: { [CONF]: { ...ofRoot, owner: SERVER } } }).codes).toEqual([]);
  });
  it('is named where its folder may not be written', () => {
    expect(sentinel({ uid: 999, files: { [CONF]: { ...ofRoot, owner: SERVER } } }).codes).toEqual(['VB515']);
  });
});

it('the configuration file of any other server stays whose it is', () => {
  const { events } = start(['valkey-server', CONF], {}, { files: { [CONF]: ofRoot } });
  expect(events.map(({ kind }) => kind)).not.toContain('give');
});
