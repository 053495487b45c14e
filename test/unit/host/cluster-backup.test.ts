import { describe, expect, it } from 'vitest';
import { sha256, type Waiting } from '../../../entrypoint/host/host.ts';
import { bytesOf } from '../../../entrypoint/text/bytes.ts';
import { runTool } from '../../../entrypoint/tool/run.ts';
import { fakeCluster } from '../../support/fake-cluster.ts';
import type { FakeCluster } from '../../support/fake-cluster-replies.ts';
import { untilGoneLater, type World } from '../../support/fake-host.ts';
import { fakeImage, manifests } from '../../support/fake-image.ts';
import { outcomeOf, type Started } from '../../support/fake-start.ts';

const NAME = '20270115T080000Z';
const BACKUP = ['backup', '--nodes', 'a', '--to', '/backup'];
const RESTORE = ['restore', '--from', `/backup/${NAME}`, '--nodes', 'r0,r1,r2,r3'];
const SERVER = ['--', 'valkey-server', '--cluster-enabled', 'yes', '--dir', '/data'];

interface Wrong {
  /** What valkey-cli --rdb prints, and fails with, by the address of the node. */
  readonly rdb?: Readonly<Record<string, string>>;
  /** Called when a shard was handed over. */
  readonly after?: (cluster: FakeCluster) => void;
  /** True where valkey-check-rdb accepts nothing. */
  readonly isDamaged?: boolean;
}

/** `valkey-bundle cluster <args>` where valkey-cli --rdb writes files, and valkey-check-rdb accepts those. */
async function run(
  args: readonly string[],
  files: World['files'] = {},
  wrong: Wrong = {},
  more: World & { readonly modules?: readonly string[] } = {},
) {
  const cluster = fakeCluster('abc', 'abc');
  const waiting: Waiting = {
    ...cluster.waiting,
    run: async (program, words, { signal }) => {
      if (signal?.aborted === true) throw signal.reason;
      const ended = (exitCode: number, output: string) => ({ exitCode, problem: '', timedOut: false, output });
      const path = words.at(-1) ?? '';
      if (program === 'valkey-check-rdb')
        return wrong.isDamaged === true
          ? ended(1, '--- RDB ERROR DETECTED ---')
          : ended(0, 'RDB looks OK!\n[info] 9 keys read\n');
      const failure = wrong.rdb?.[words[1] ?? ''];
      if (failure !== undefined) return ended(1, `SYNC sent to primary\n${failure}\n`);
      host.tree.put(path, `data of ${words[1]}`);
      wrong.after?.(cluster);
      return ended(0, '');
    },
  };
  const host = fakeImage({ ...more, waiting, files: { '/backup': { directory: true }, ...files } });
  await untilGoneLater(() => runTool(host, { manifests, version: '1.2.3', node: 'v26.0.0' }, ['cluster', ...args], {}));
  return { ...outcomeOf(host), cluster, names: host.tree.names('/backup') };
}

function filesIn({ hostAfter }: Started, directory: string): Record<string, string> {
  const { tree } = hostAfter();
  const paths = tree.names(directory).map((name) => `${directory}/${name}`);
  const entries = paths.map((path): [string, string] => [path, tree.look(path)?.content ?? '']);
  return Object.fromEntries(entries);
}

describe('cluster backup', () => {
  it('leaves a file for each shard, and a record of them, under a name that is the time', async () => {
    const result = await run(BACKUP);
    expect(result).toMatchObject({ exitCode: 0, codes: [], names: [NAME] });
    expect(result.stdout).toBe(`ok: /backup/${NAME}: 3 shards, 27 keys, 51 bytes, checked\n`);
    const record = JSON.parse(filesIn(result, `/backup/${NAME}`)[`/backup/${NAME}/backup.json`] ?? '');
    expect(record).toMatchObject({
      version: 1,
      name: NAME,
      modules: [{ name: 'search', version: 10_002 }],
      shards: [{ file: 'shard-0.rdb', sha256: sha256(bytesOf('data of 10.0.0.10')), slots: '0-5460' }, {}, {}],
    });
  });
  it('keeps as many as it was told, counting this one, and removes what a run that was killed has left', async () => {
    const old = ['20260101T000000Z', '20260102T000000Z', '20260103T000000Z', '.unfinished-20260104T000000Z', 'notes'];
    const files = Object.fromEntries(old.map((name) => [`/backup/${name}/x`, '']));
    const result = await run([...BACKUP, '--keep', '2'], files);
    expect(result.names.sort()).toEqual(['20260103T000000Z', NAME, 'notes']);
  });
  it.each<[string, string, Wrong, World]>([
    ['a node does not hand its shard over', 'VB772', { rdb: { '10.0.0.11': 'I/O Error reading RDB payload' } }, {}],
    ['the disk is full', 'VB774', { rdb: { '10.0.0.11': 'Error writing data to file: No space left on device' } }, {}],
    ['a file is damaged', 'VB773', { isDamaged: true }, {}],
    ['slots move meanwhile', 'VB771', { after: ({ servers }) => share(servers) }, {}],
    ['the directory cannot be written', 'VB774', {}, { full: ['/backup'] }],
  ])('leaves nothing of it, and every earlier one, where %s', async (_, code, wrong, more) => {
    const result = await run([...BACKUP, '--keep', '1'], { '/backup/20260101T000000Z/backup.json': '' }, wrong, more);
    expect(result.codes).toEqual([code]);
    expect(result.names).toEqual(['20260101T000000Z']);
  });
  it('is stopped by a signal, and leaves nothing', async () => {
    const result = await run(BACKUP, {}, { after: (cluster) => cluster.stop() });
    expect(result).toMatchObject({ exitCode: 143, names: [] });
  });
  it.each([
    ['no directory', ['backup', '--nodes', 'a'], 'VB601'],
    ['a directory that is not there', ['backup', '--nodes', 'a', '--to', '/nowhere'], 'VB774'],
    ['none to keep', [...BACKUP, '--keep', '0'], 'VB601'],
  ])('refuses %s', async (_, args, code) => {
    expect((await run(args)).codes).toEqual([code]);
  });
});

function share(servers: FakeCluster['servers']): void {
  for (const server of servers) if (server.letter === 'a') server.slots = '0-5000';
}

/** A backup, as the command leaves it. */
async function backedUp(): Promise<Record<string, string>> {
  return filesIn(await run(BACKUP), `/backup/${NAME}`);
}

describe('cluster restore', () => {
  it('puts the shard of its number into an empty data directory, and the slots into nodes.conf', async () => {
    const result = await run([...RESTORE, '--index', '1', ...SERVER], await backedUp());
    expect(result).toMatchObject({ exitCode: 0, codes: [] });
    expect(filesIn(result, '/data')).toEqual({
      '/data/restored-from': `${NAME}\n`,
      '/data/dump.rdb': 'data of 10.0.0.11',
      '/data/nodes.conf': expect.stringMatching(/:0@0 myself,master - 0 0 2 connected 5461-10921$/m),
    });
  });
  it('makes it the base of the append-only files where the server reads those', async () => {
    const result = await run([...RESTORE, '--index', '0', ...SERVER, '--appendonly', 'yes'], await backedUp());
    expect(filesIn(result, '/data/appendonlydir')).toEqual({
      '/data/appendonlydir/appendonly.aof.1.base.rdb': 'data of 10.0.0.10',
      '/data/appendonlydir/appendonly.aof.manifest': 'file appendonly.aof.1.base.rdb seq 1 type b\n',
    });
  });
  it('leaves a node after the last shard empty', async () => {
    const result = await run([...RESTORE, '--index', '3', ...SERVER], await backedUp());
    expect([result.exitCode, filesIn(result, '/data')]).toEqual([0, {}]);
  });
  it('does nothing where it was done before', async () => {
    const done = { '/data/restored-from': `${NAME}\n`, '/data/nodes.conf': 'of then', '/data/dump.rdb': 'of later' };
    const result = await run([...RESTORE, '--index', '0', ...SERVER], { ...(await backedUp()), ...done });
    expect([result.exitCode, filesIn(result, '/data')]).toEqual([0, done]);
  });
  it.each([
    ['below the data directory', 'sub/nodes.conf', '/data/sub/nodes.conf'],
    ['outside of it', '/etc/node/nodes.conf', '/etc/node/nodes.conf'],
  ])('does nothing where it was done before, and refuses other data, with a nodes.conf %s', async (_, name, path) => {
    const server = [...SERVER, '--appendonly', 'yes', '--cluster-config-file', name];
    const node = { [path]: 'of then', '/data/appendonlydir/appendonly.aof.manifest': 'of later' };
    const look = ({ hostAfter }: Started) => Object.keys(node).map((file) => hostAfter().tree.look(file)?.content);
    const done = { ...node, '/data/restored-from': `${NAME}\n` };
    const again = await run([...RESTORE, '--index', '0', ...server], { ...(await backedUp()), ...done });
    expect([again.exitCode, look(again)]).toEqual([0, Object.values(node)]);
    const other = await run([...RESTORE, '--index', '0', ...server], { ...(await backedUp()), [path]: 'of then' });
    expect([other.codes, filesIn(other, '/data')['/data/restored-from']]).toEqual([['VB778'], undefined]);
  });
  it('begins anew where it was ended half-way', async () => {
    const half = { '/data/restored-from': `${NAME}\n`, '/data/dump.rdb': 'half', '/data/.restoring/x': '' };
    const result = await run([...RESTORE, '--index', '0', ...SERVER], { ...(await backedUp()), ...half });
    expect(result.exitCode).toBe(0);
    expect(filesIn(result, '/data')).toMatchObject({ '/data/dump.rdb': 'data of 10.0.0.10' });
    expect(Object.keys(filesIn(result, '/data'))).not.toContain('/data/.restoring');
  });
  it.each<[string, string, Record<string, string>]>([
    ['the data of a node', 'VB778', { '/data/nodes.conf': 'x' }],
    ['data alone', 'VB778', { '/data/dump.rdb': 'x' }],
    ['what another backup left', 'VB778', { '/data/restored-from': '20260101T000000Z\n', '/data/nodes.conf': 'x' }],
  ])('never writes over %s', async (_, code, data) => {
    const result = await run([...RESTORE, '--index', '0', ...SERVER], { ...(await backedUp()), ...data });
    expect(result.codes).toEqual([code]);
    expect(filesIn(result, '/data')).toEqual(data);
  });
  it('refuses a file that is not the one that was backed up, and changes nothing', async () => {
    const files = { ...(await backedUp()), [`/backup/${NAME}/shard-0.rdb`]: 'data of 10.0.0.99' };
    const result = await run([...RESTORE, '--index', '0', ...SERVER], files);
    expect([result.codes, filesIn(result, '/data')]).toEqual([['VB773'], {}]);
  });
  it('refuses an image without a module of the backup', async () => {
    const result = await run(
      [...RESTORE, '--index', '0', ...SERVER],
      await backedUp(),
      {},
      { modules: ['libjson.so'] },
    );
    expect([result.codes, filesIn(result, '/data')]).toEqual([['VB777'], {}]);
  });
  it.each<[string, string, string[]]>([
    [
      'fewer nodes than shards',
      'VB776',
      ['restore', '--from', `/backup/${NAME}`, '--nodes', 'r0,r1', '--index', '0', ...SERVER],
    ],
    ['a server without cluster mode', 'VB706', [...RESTORE, '--index', '0', '--', 'valkey-server']],
    ['a command that starts no server', 'VB601', [...RESTORE, '--index', '0', '--', 'sh']],
    ['no number', 'VB601', [...RESTORE, ...SERVER]],
  ])('refuses %s', async (_, code, args) => {
    expect((await run(args, await backedUp())).codes).toEqual([code]);
  });
  it('names the backups that are there where it is given the directory of all', async () => {
    const result = await run(['restore', '--from', '/backup', '--dry-run'], await backedUp());
    expect(result).toMatchObject({ codes: ['VB775'], stderr: expect.stringContaining(NAME) });
  });
  it('says that the disk is full', async () => {
    const result = await run([...RESTORE, '--index', '0', ...SERVER], await backedUp(), {}, { full: ['/data'] });
    expect(result.codes).toEqual(['VB779']);
  });
});

describe('cluster restore --dry-run', () => {
  it('checks all files of a backup without a server, and finds the damaged one', async () => {
    const good = await backedUp();
    expect(await run(['restore', '--from', `/backup/${NAME}`, '--dry-run'], good)).toMatchObject({
      exitCode: 0,
      codes: [],
    });
    const damaged = { ...good, [`/backup/${NAME}/shard-2.rdb`]: 'short' };
    const result = await run(['restore', '--from', `/backup/${NAME}`, '--dry-run'], damaged);
    expect(result).toMatchObject({ codes: ['VB773'], stderr: expect.stringContaining('shard-2.rdb') });
  });
  it('changes nothing of a data directory', async () => {
    const result = await run([...RESTORE, '--index', '0', '--dry-run', ...SERVER], await backedUp());
    expect([result.exitCode, filesIn(result, '/data')]).toEqual([0, {}]);
  });
});
