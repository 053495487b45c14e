import { describe, expect, it } from 'vitest';
import { clusterAddress, nameOf, readView, troubleOf } from '../../../../entrypoint/cluster/view.ts';
import { clusterOf, fresh, idOf, lineOf, three } from '../../../support/cluster-view.ts';

const at = { name: 'a:6379', ip: '10.0.0.10', port: 6379 };
const nodes = `${lineOf({ letter: 'a', flags: 'myself,master', slots: '0-5460' })}\n${lineOf({ letter: 'b' })}\n`;
const clusterInfo = 'cluster_state:ok\r\ncluster_current_epoch:7\r\n';
const links = [['direction', 'to', 'node', idOf('b'), 'create-time', 1, 'events', 'r']];
const answer = (info: string, replies: readonly unknown[] = [nodes, clusterInfo, links]) =>
  `# Server\r\n${info}\r\n\n"OK"\n"QUEUED"\n"QUEUED"\n"QUEUED"\n${JSON.stringify(replies)}\n`;
const info = 'valkey_version:9.1.2\r\nredis_mode:cluster\r\nloading:0\r\n# Cluster\r\ncluster_enabled:1';

describe('the answers of a node', () => {
  it('are its view', () => {
    const keyspace = '\r\n# Keyspace\r\ndb0:keys=10,expires=0\r\ndb3:keys=5,expires=1';
    expect(readView(at, answer(info + keyspace))).toMatchObject({
      kind: 'view',
      view: { name: 'a:6379', state: 'ok', epoch: 7, keys: 15, version: '9.1.2', greeting: false, rows: [{}, {}] },
    });
  });
  it('tell whom it hears', () => {
    const heard = (replies: readonly unknown[]) => {
      const reading = readView(at, answer(info, replies));
      return reading.kind === 'view' ? [...reading.view.heard] : reading.what;
    };
    expect(heard([nodes, clusterInfo, links])).toEqual([idOf('a'), idOf('b')]);
    expect(heard([nodes, clusterInfo, []])).toEqual([idOf('a')]);
    expect(heard([nodes, clusterInfo])).toBe('answer');
  });
  it('leave out who is only being greeted, and say that there is one', () => {
    const greeting = `${nodes}${lineOf({ letter: 'c', flags: 'handshake' })}\n`;
    expect(readView(at, answer(info, [greeting, clusterInfo, links]))).toMatchObject({
      view: { greeting: true, rows: [{}, {}] },
    });
  });
  it.each([
    ['of a server without cluster mode', answer('redis_mode:standalone\r\ncluster_enabled:0', []), 'cluster mode'],
    ['of one that loads', answer('redis_mode:cluster\r\nloading:1', []), 'loading'],
    ['of something else', 'HTTP/1.1 400 Bad Request', 'answer'],
    ['that are an error', `${info}\r\n"OK"\nerror:"EXECABORT Transaction discarded"\n`, 'answer'],
    ['without the node itself', answer(info, [`${lineOf({ letter: 'b' })}\n`, clusterInfo, links]), 'answer'],
  ])('%s are a trouble', (_, out, what) => expect(readView(at, out)).toMatchObject({ kind: 'trouble', what }));
});

describe('what valkey-cli says', () => {
  const ended = (stdout: string, stderr = '', timedOut = false) => ({ stdout, stderr, timedOut });
  it.each([
    ['', 'Could not connect to Valkey at 10.0.0.1:6379: Connection refused\n', 'connection'],
    ['NOAUTH Authentication required.\nerror:"NOAUTH Authentication required."\n', '', 'password'],
    ['error:"NOAUTH Authentication required."\n', '', 'password'],
    ['NOAUTH x', 'AUTH failed: WRONGPASS invalid username-password pair\n', 'password'],
    ['x', 'AUTH failed: ERR AUTH <password> called without any password configured\n', 'password'],
    ['error:"NOPERM User x has no permissions"\n', '', 'password'],
    ['error:"LOADING Valkey is loading the dataset in memory"\n', '', 'loading'],
    ['', 'spawn valkey-cli ENOENT', 'connection'],
  ])('is a trouble: %j, %j: %s', (stdout, stderr, what) => {
    expect(troubleOf(ended(stdout, stderr))?.what).toBe(what);
  });
  it('is a trouble where it said nothing in time', () => {
    expect(troubleOf(ended('', '', true))?.what).toBe('connection');
  });
  it('is none where the node answers', () => expect(troubleOf(ended(answer(info)))).toBeNull());
});

describe('an address for valkey-cli --cluster', () => {
  it('names the bus only where it is not the usual one', () => {
    const view = fresh('a');
    expect(clusterAddress(view)).toBe('10.0.0.10:6379');
    expect(clusterAddress({ ...view, self: { ...view.self, busPort: 7000 } })).toBe('10.0.0.10:6379@7000');
  });
});

it('a node is named as it was given, else by its host name', () => {
  const views = clusterOf(three).slice(0, 1);
  const [a, b] = three.map(({ letter }) => letter.repeat(40));
  expect([nameOf(a ?? '', views), nameOf(b ?? '', views), nameOf('f'.repeat(40), views)]).toEqual([
    'a:6379',
    'b:6379',
    'ffffffff',
  ]);
});
