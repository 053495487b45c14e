import type { ContainerWish } from '../docker-container.ts';
import type { Row } from './row.ts';

/** A configuration that needs a copy: what came on standard input was read, and cannot be read again. */
const copied = { command: ['-'], stdin: 'maxmemory 64mb\n' } as const;
const copiedFile: ContainerWish = {
  command: ['/x.conf'],
  files: { '/x.conf': 'loadmodule /usr/lib/valkey/libsearch.so\nmaxmemory 64mb\n' },
};
const OWN = '/run/valkey-bundle';
const PLACES = ['/run/valkey-bundle', '/dev/shm', '/tmp'];
const large = `${'# a comment of the user\n'.repeat(5_000)}maxmemory 64mb\n`;

const maxmemory = ['valkey-cli CONFIG GET maxmemory', /\b67108864\b/] as const;
const confFile = "valkey-cli INFO server | tr -d '\\r' | sed -n 's/^config_file://p'";
const inShm = [confFile, /^\/dev\/shm\/valkey-bundle-/] as const;
const inRun = [confFile, /^\/run\/valkey-bundle\/valkey-bundle-/] as const;

function mounted(options: string, places: readonly string[] = PLACES): ContainerWish {
  return { tmpfs: Object.fromEntries(places.map((place) => [place, options])) };
}

/** A line for each place, with its reason. */
function everyPlace(why: string): string[] {
  return PLACES.map((place) => `  | ${place}: ${why}\n`);
}

/** As root, after something was put where our directory would stand; the server runs as its own user all the same. */
function hostile(shell: string, others: ContainerWish = {}): ContainerWish {
  return {
    ...copied,
    ...others,
    user: 'root',
    entrypoint: ['sh', '-c', `${shell} && exec bundle-docker-entrypoint "$0" "$@"`],
  };
}

/** Starts that need a file of their own, where there is no room for one or somebody was there before. */
export const writingRows: readonly Row[] = [
  {
    input: 'a copy is needed, on a read-only root file system with nothing else to write',
    wish: { ...copied, readOnly: true, ...mounted('ro', ['/dev/shm']) },
    ...{ code: 'VB503', exitCode: 73, place: OWN, names: everyPlace('read-only file system') },
    twin: { closed: PLACES },
  },
  {
    input: 'a copy is needed, and every place for it is mounted read-only',
    wish: { ...copiedFile, ...mounted('ro') },
    ...{ code: 'VB503', exitCode: 73, place: OWN, names: everyPlace('read-only file system') },
    twin: { closed: PLACES },
  },
  {
    input: 'the same as root',
    wish: { ...copiedFile, ...mounted('ro'), user: 'root' },
    ...{ code: 'VB503', exitCode: 73, place: OWN, names: everyPlace('read-only file system') },
    twin: { closed: PLACES },
  },
  {
    input: 'the same as an arbitrary user',
    wish: { ...copiedFile, ...mounted('ro'), user: '1234:1234' },
    ...{ code: 'VB503', exitCode: 73, place: OWN, names: everyPlace('read-only file system') },
    twin: { closed: PLACES },
  },
  {
    input: 'a password, and every place for its file is mounted read-only',
    wish: { env: { VALKEY_PASSWORD: 'hunter2' }, ...mounted('ro') },
    ...{ code: 'VB503', exitCode: 73, place: OWN, names: everyPlace('read-only file system'), never: ['hunter2'] },
    twin: { closed: PLACES },
  },
  {
    input: 'a copy is needed, and every place for it is full',
    wish: { command: ['-'], stdin: large, ...mounted('size=4k,mode=1777') },
    ...{ code: 'VB503', exitCode: 73, place: OWN, names: everyPlace('no space left on device') },
    twin: { full: PLACES },
  },
  {
    input: 'a copy is needed, and no place has an inode left',
    wish: { ...copied, ...mounted('nr_inodes=1,mode=1777') },
    ...{ code: 'VB503', exitCode: 73, place: OWN, names: everyPlace('no space left on device') },
    twin: { full: PLACES },
  },
  {
    input: 'a copy is needed, and each place is closed in its own way',
    wish: hostile(
      'mkdir /theirs && chown 5000:5000 /dev/shm && rmdir /run/valkey-bundle && ln -s /theirs /run/valkey-bundle',
      {
        tmpfs: { '/tmp': 'nr_inodes=1,mode=1777' },
      },
    ),
    ...{
      ...{ code: 'VB503', exitCode: 73, place: OWN },
      names: [`| ${OWN}: it is a link\n`, '| /dev/shm: it belongs to uid 5000\n', '| /tmp: no space left on device\n'],
    },
    twin: null,
  },
  {
    input: 'a copy is needed, and only the first place is full',
    wish: { command: ['-'], stdin: large, ...mounted('size=4k,mode=1777', ['/run/valkey-bundle']) },
    ...{ code: null, exitCode: 0, asks: [maxmemory, inShm, ['ls -A /run/valkey-bundle', /^$/]] },
    twin: { full: ['/run/valkey-bundle'] },
  },
  {
    input: 'no file is needed, and none can be written',
    wish: { readOnly: true, ...mounted('ro', ['/dev/shm']) },
    ...{ code: null, exitCode: 0, asks: [['valkey-cli PING', /^PONG$/]] },
    twin: { closed: PLACES },
  },
  {
    input: 'no file is needed, and every place is full',
    wish: mounted('nr_inodes=1,mode=1777'),
    ...{ code: null, exitCode: 0, asks: [['valkey-cli PING', /^PONG$/]] },
    twin: { full: PLACES },
  },
  {
    input: 'a symbolic link in the place of our directory',
    wish: hostile('mkdir -m 777 /theirs && rmdir /run/valkey-bundle && ln -s /theirs /run/valkey-bundle'),
    ...{ code: null, exitCode: 0, asks: [maxmemory, inShm, ['ls -A /theirs', /^$/]] },
    twin: null,
  },
  {
    input: 'a file in the place of our directory',
    wish: hostile('rmdir /run/valkey-bundle && echo theirs > /run/valkey-bundle'),
    ...{ code: null, exitCode: 0, asks: [maxmemory, inShm, ['cat /run/valkey-bundle', /^theirs$/]] },
    twin: null,
  },
  {
    input: 'our directory belongs to another user',
    wish: hostile('chown 5000:5000 /run/valkey-bundle'),
    ...{ code: null, exitCode: 0, asks: [maxmemory, inShm, ['ls -A /run/valkey-bundle', /^$/]] },
    twin: null,
  },
  {
    input: 'every place belongs to another user',
    wish: hostile('chown 5000:5000 /run/valkey-bundle /tmp /dev/shm'),
    ...{ code: 'VB503', exitCode: 73, place: OWN, names: everyPlace('it belongs to uid 5000') },
    twin: null,
  },
  {
    input: 'a link under our name, to files that are not ours',
    wish: hostile('ln -s /data /run/valkey-bundle/valkey-bundle-0 && echo theirs > /data/keep'),
    ...{ code: null, exitCode: 0, asks: [maxmemory, inRun, ['cat /data/keep', /^theirs$/]] },
    twin: null,
  },
  {
    input: 'a directory of another user under our name, with a configuration in it',
    wish: hostile(
      'cd /run/valkey-bundle && mkdir -m 777 valkey-bundle-0 && echo "maxmemory 1mb" > valkey-bundle-0/valkey.conf && chown -R 5000:5000 valkey-bundle-0 && cd /data',
    ),
    ...{
      code: null,
      exitCode: 0,
      asks: [maxmemory, inRun, ['cat /run/valkey-bundle/valkey-bundle-0/valkey.conf', /^maxmemory 1mb$/]],
    },
    twin: null,
  },
];
