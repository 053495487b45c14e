import { describe, expect, it } from 'vitest';
import { idOf } from '../../support/cluster-view.ts';
import { kindsOf, start } from '../../support/fake-start.ts';
import type { Spec } from '../../support/fake-tree.ts';

const nodes = [
  `${idOf('b')} 10.0.0.2:6379@16379,n2 master - 0 0 2 connected 5461-16383`,
  `${idOf('a')} 10.0.0.1:6379@16379,n1 myself,master - 0 0 1 connected 0-5460`,
  'vars currentEpoch 3 lastVoteEpoch 0',
  '',
].join('\n');
const healed = nodes.replace('10.0.0.2', '10.0.0.9');
const writable: Spec = { directory: true, mode: 0o777 };
const files = { '/data': writable, '/data/nodes.conf': nodes };
const names = { n2: ['10.0.0.9'] };
const cluster = ['--cluster-enabled', 'yes'];

type Image = NonNullable<Parameters<typeof start>[2]>;
const heal = (image: Image = {}, command = cluster, env = {}) =>
  start(command, env, { files, names, uid: 999, ...image });

describe('a start in cluster mode', () => {
  const started = heal();

  it('refreshes nodes.conf, keeps the former one beside it, and says so', () => {
    expect(started.codes).toEqual(['VB751']);
    const { tree } = started.hostAfter();
    expect(tree.look('/data/nodes.conf')?.content).toBe(healed);
    expect(tree.look('/data/nodes.conf.before-refresh')?.content).toBe(nodes);
  });
  it('does it with the rights of the server, just before it becomes the server', () => {
    const order = kindsOf(heal({ uid: 0 }));
    expect(order.slice(order.indexOf('drop'))).toEqual([
      'drop',
      'umask',
      'resolve',
      'run',
      'run',
      'replace',
      'restore signals',
      'exec',
    ]);
  });
  it('does it as any process: the engine or the pod may have an init process', () => {
    expect(heal({ pid: 42 }).codes).toEqual(['VB751']);
  });
  it('takes the file that the configuration names, in the directory that it names', () => {
    const elsewhere = { '/srv/x': writable, '/srv/x/my.conf': nodes };
    const command = [...cluster, '--dir', '/srv/x', '--cluster-config-file', 'my.conf'];
    expect(heal({ files: elsewhere }, command).events).toContainEqual({
      kind: 'replace',
      path: '/srv/x/my.conf',
      copy: '/srv/x/my.conf.before-refresh',
    });
  });
});

describe('nothing is refreshed', () => {
  const kinds = (started: ReturnType<typeof start>) =>
    kindsOf(started).filter((kind) => ['resolve', 'run', 'replace'].includes(kind));

  it('without cluster mode', () => expect(kinds(heal({}, []))).toEqual([]));
  it('on the first start of a node', () => {
    expect(heal({ files: { '/data': writable } })).toMatchObject({ codes: [], exitCode: null });
    expect(kinds(heal({ files: { '/data': writable, '/data/nodes.conf': '' } }))).toEqual([]);
  });
  it('where every name still leads to its address', () => {
    expect(kinds(heal({ names: { n2: ['10.0.0.2'] } }))).toEqual(['resolve']);
  });
  it('where a name does not resolve', () => {
    const started = heal({ names: {} }, cluster, { DEBUG: '1' });
    expect(kinds(started)).toEqual(['resolve']);
    expect(started.stderr).toContain('n2 stays as it is: it does not resolve');
  });
  it('where no other node has a name, and none is asked for', () => {
    expect(kinds(heal({ files: { ...files, '/data/nodes.conf': nodes.replace(',n2', '') } }))).toEqual([]);
  });
});

describe('the start goes on with a warning', () => {
  it.each<[string, string, Image]>([
    ['where the file is damaged', 'VB752', { files: { ...files, '/data/nodes.conf': nodes.slice(0, 50) } }],
    [
      'where the file cannot be read',
      'VB752',
      { files: { ...files, '/data/nodes.conf': { text: nodes, mode: 0o000 } } },
    ],
    ['where the file is a directory', 'VB752', { files: { ...files, '/data/nodes.conf': writable } }],
    ['where the file cannot be replaced', 'VB752', { replacing: new Error('no space left on device') }],
    ['where its lock is held', 'VB753', { replacing: 'locked' }],
    ['where it changed meanwhile', 'VB753', { replacing: 'changed' }],
    ['where a server with this id answers', 'VB753', { runPrints: `"${idOf('a')}"\n` }],
  ])('%s', (_, code, image) => {
    const started = heal(image);
    expect(started.codes).toEqual([code]);
    expect(started.exec).not.toBeNull();
    expect(kindsOf(started)).not.toContain('replace');
  });
  it('and not where another node has the former address now', () => {
    expect(heal({ runPrints: `"${idOf('c')}"\n` }).codes).toContain('VB751');
    expect(heal({ runPrints: 'Could not connect to Valkey' }).codes).toContain('VB751');
  });
});

describe('a node that is no more at the address that its file has', () => {
  const moved: Image = { addresses: ['10.0.0.7', 'fd00::7'] };
  const confirmMs = (image: Image, command = cluster) =>
    heal(image, command).events.flatMap((event) => (event.kind === 'resolve' ? [event.confirmMs > 0] : []))[0];
  const written = (started: ReturnType<typeof start>) => started.hostAfter().tree.look('/data/nodes.conf')?.content;

  it('asks for names until it is sure of one, and one that stays does not', () => {
    expect(confirmMs(moved)).toBe(true);
    expect(confirmMs({})).toBe(false);
    expect(confirmMs({ ...moved, addresses: ['10.0.0.1', '10.9.9.9'] })).toBe(false);
  });
  it('is told by the address that it announces, where there is one', () => {
    expect(confirmMs(moved, [...cluster, '--cluster-announce-ip', '10.0.0.1'])).toBe(false);
    expect(confirmMs({}, [...cluster, '--cluster-announce-ip', '10.0.0.7'])).toBe(true);
    expect(confirmMs(moved, [...cluster, '--cluster-announce-ip', ''])).toBe(true);
  });
  it('forgets it, so that the others tell it the new one', () => {
    const started = heal(moved);
    expect(started.codes).toEqual(['VB751']);
    expect(written(started)).toBe(healed.replace('10.0.0.1', ''));
    expect(started.stderr).toContain('this node 10.0.0.1 -> (as others see it)');
  });
  it('leaves it to the server where it announces one', () => {
    expect(written(heal({}, [...cluster, '--cluster-announce-ip', '10.0.0.7']))).toBe(healed);
  });
  it('starts with a warning where it finds nobody', () => {
    const started = heal({ ...moved, findsNobody: true, names: { n2: ['10.0.0.2'] } });
    expect(started.codes).toEqual(['VB751', 'VB755']);
    expect(started.exec).not.toBeNull();
    const announced = [...cluster, '--cluster-announce-ip', '10.0.0.7'];
    expect(heal({ findsNobody: true, names: { n2: ['10.0.0.2'] } }, announced).codes).toEqual(['VB755']);
  });
});

describe('the own port is asked who is there', () => {
  const asked = (image: Image = {}, command = cluster, env = {}) =>
    heal(image, command, env).events.flatMap((event) =>
      event.kind === 'run'
        ? [{ ip: event.args[1], password: event.env['REDISCLI_AUTH'], line: event.args.join(' ') }]
        : [],
    );
  const at = (ip: string, answer: string): Image => ({
    runPrints: (args) => (args[1] === ip ? answer : 'Could not connect to Valkey: Connection refused'),
  });
  const loopback = '127.0.0.1';
  const secret = ['--requirepass', 'hidden'];

  it('on loopback, and at the address of the file, with the password in the environment alone', () => {
    const runs = asked({}, [...cluster, ...secret]);
    expect(runs).toMatchObject([
      { ip: loopback, password: 'hidden' },
      { ip: '10.0.0.1', password: 'hidden' },
    ]);
    expect(runs.map(({ line }) => line).join()).not.toContain('hidden');
    expect(asked({}, cluster, { VALKEY_PASSWORD: 'hidden' })).toMatchObject([
      { password: 'hidden' },
      { password: 'hidden' },
    ]);
  });
  it.each<[string, Image, string[]]>([
    ['has it no more', { addresses: ['10.0.0.7'] }, []],
    ['announces another one', {}, ['--cluster-announce-ip', '10.0.0.7']],
  ])('without the password at an address where this node %s: it may be anybody’s', (_, image, options) => {
    expect(asked(image, [...cluster, ...secret, ...options])).toMatchObject([
      { ip: loopback, password: 'hidden' },
      { ip: '10.0.0.1', password: undefined },
    ]);
  });
  it('over TLS where the cluster speaks TLS', () => {
    for (const { line } of asked({}, [...cluster, '--tls-cluster', 'yes'])) expect(line).toContain('--tls');
  });
  it('at the port for TLS, the only one that its file has where it speaks TLS alone', () => {
    const secured = nodes.replaceAll(/:6379@16379,(n\d)/g, ':0@16380,$1,tls-port=6380');
    const command = [...cluster, '--port', '0', '--tls-port', '6380', '--tls-cluster', 'yes'];
    const image = { files: { ...files, '/data/nodes.conf': secured } };
    const runs = asked(image, command);
    expect(runs.map(({ ip }) => ip)).toEqual([loopback, '10.0.0.1']);
    for (const { line } of runs) expect(line).toMatch(/ -p 6380 --tls /);
    const started = heal(image, command);
    expect(started.codes).toEqual(['VB751']);
    const after = started.hostAfter().tree.look('/data/nodes.conf')?.content;
    expect(after).toBe(secured.replace('10.0.0.2', '10.0.0.9'));
  });
  it.each([loopback, '10.0.0.1'])('and a server with this id at %s is a twin', (ip) => {
    const started = heal(at(ip, `${idOf('a')}\n`));
    expect(started.codes).toEqual(['VB753']);
    expect(started.stderr).toContain(`answers at ${ip}:6379`);
  });
  it('on loopback alone where the file has no address', () => {
    const lost = { ...files, '/data/nodes.conf': nodes.replace('10.0.0.1:', ':') };
    expect(asked({ files: lost }).map(({ ip }) => ip)).toEqual([loopback]);
    expect(heal({ files: lost, ...at(loopback, idOf('a')) }).codes).toEqual(['VB753']);
  });
  it.each([
    'NOAUTH Authentication required.',
    'LOADING Valkey is loading the dataset in memory',
    'BUSY Valkey is busy running a script.',
    'spawnSync valkey-cli ETIMEDOUT',
  ])('and one on loopback that says %j may be a twin; elsewhere it may be anybody', (answer) => {
    const started = heal(at(loopback, answer));
    expect(started.codes).toEqual(['VB756']);
    expect(kindsOf(started)).not.toContain('replace');
    expect(started.exec).not.toBeNull();
    expect(heal(at('10.0.0.1', answer)).codes).toEqual(['VB751']);
  });
  it.each([`${idOf('c')}\n`, `"${idOf('c')}"\n`, 'ERR This instance has cluster support disabled'])(
    'and one on loopback that says %j is another one',
    (answer) => expect(heal(at(loopback, answer)).codes).toEqual(['VB751']),
  );
});

it('DEBUG tells which file is looked at', () => {
  expect(heal({}, cluster, { DEBUG: '1' }).stderr).toContain('stale addresses in /data/nodes.conf');
  expect(heal({}, [], { DEBUG: '1' }).stderr).not.toContain('nodes.conf');
});
