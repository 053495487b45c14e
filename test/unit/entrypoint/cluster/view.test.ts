import { describe, expect, it } from 'vitest';
import { readNodes } from '../../../../entrypoint/cluster/nodes.ts';
import {
  clonesAmong,
  clusterAddress,
  heardBy,
  nameOf,
  otherAddresses,
  readView,
} from '../../../../entrypoint/cluster/view.ts';
import type { Answer, Reply } from '../../../../entrypoint/host/host.ts';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { clusterOf, fresh, idOf, lineOf, plan, three } from '../../../support/cluster-view.ts';
import { failing, linkTo } from '../../../support/fake-cluster-replies.ts';

const at = { name: 'a:6379', ip: '10.0.0.10', port: 6379 };
const nodes = `${lineOf({ letter: 'a', flags: 'myself,master', slots: '0-5460' })}\n${lineOf({ letter: 'b' })}\n`;
const clusterInfo = 'cluster_state:ok\r\ncluster_current_epoch:7\r\n';
const replies = (...all: Reply[]): Answer => ({ kind: 'replies', replies: all });
const text = (...all: string[]) => all.map(bytesOf);
const [ok = null, queued = null] = text('OK', 'QUEUED');
const links: Reply = [linkTo('b', true)];
const answer = (info: string, last: Reply = [...text(nodes, clusterInfo), links]) =>
  replies(bytesOf(`# Server\r\n${info}\r\n\r\n`), ok, queued, queued, queued, last);
const info = 'valkey_version:9.1.2\r\nredis_mode:cluster\r\nloading:0\r\n# Cluster\r\ncluster_enabled:1';
const denied = failing("NOPERM User mon has no permissions to run the 'x' command");

describe('the answers of a node', () => {
  it('are its view', () => {
    const keyspace = '\r\n# Keyspace\r\ndb0:keys=10,expires=0\r\ndb3:keys=5,expires=1';
    expect(readView(at, answer(info + keyspace))).toMatchObject({
      kind: 'view',
      view: { name: 'a:6379', state: 'ok', epoch: 7, keys: 15, version: '9.1.2', greeting: false, rows: [{}, {}] },
    });
  });
  it('tell whom it hears', () => {
    const heard = (replies: Reply) => {
      const reading = readView(at, answer(info, replies));
      return reading.kind === 'view' ? [...reading.view.heard] : reading.what;
    };
    expect(heard([...text(nodes, clusterInfo), links])).toEqual([idOf('a'), idOf('b')]);
    expect(heard([...text(nodes, clusterInfo), []])).toEqual([idOf('a')]);
    expect(heard(text(nodes, clusterInfo))).toBe('answer');
  });
  it.each([
    ['', { machine: '10.0.0.10', isBehind: false }],
    ['availability_zone:\r\nrole:master', { machine: '10.0.0.10', isBehind: false }],
    ['availability_zone:m1\r\nrole:slave\r\nmaster_link_status:up', { machine: 'm1', isBehind: false }],
    ['availability_zone:m1\r\nrole:slave\r\nmaster_link_status:down', { machine: 'm1', isBehind: true }],
  ])('tell where it runs, and whether it has what its primary has: %j', (lines, view) => {
    expect(readView(at, answer(`${lines}\r\n${info}`))).toMatchObject({ view });
  });
  it('leave out who is only being greeted, and say that there is one', () => {
    const greeting = `${nodes}${lineOf({ letter: 'c', flags: 'handshake' })}\n`;
    expect(readView(at, answer(info, [...text(greeting, clusterInfo), links]))).toMatchObject({
      view: { greeting: true, rows: [{}, {}] },
    });
  });
  it.each<[string, Answer, string]>([
    ['of a server without cluster mode', answer('redis_mode:standalone\r\ncluster_enabled:0', []), 'cluster mode'],
    ['of one that loads', answer('redis_mode:cluster\r\nloading:1', []), 'loading'],
    ['of something else', answer('x', text('y', 'z')), 'answer'],
    ['that are too few', replies(), 'answer'],
    ['that are an error', replies(bytesOf(info), ok, queued, queued, queued, failing('EXECABORT x')), 'answer'],
    [
      'whose INFO is denied, so that it may hold keys',
      replies(denied, ok, queued, queued, queued, [...text(nodes, clusterInfo), links]),
      'answer',
    ],
    [
      'whose CLUSTER NODES is denied',
      replies(bytesOf(info), ok, denied, queued, queued, failing('EXECABORT x')),
      'answer',
    ],
    ['with an error in the transaction', answer(info, [bytesOf(nodes), denied, links]), 'answer'],
    ['without the state of the cluster', answer(info, [...text(nodes, 'x:1\r\n'), links]), 'answer'],
    ['without the node itself', answer(info, [...text(`${lineOf({ letter: 'b' })}\n`, clusterInfo), links]), 'answer'],
  ])('%s are a trouble', (_, out, what) => expect(readView(at, out)).toMatchObject({ kind: 'trouble', what }));
});

describe('an error of the server', () => {
  it.each([
    ['NOAUTH Authentication required.', 'password'],
    ['WRONGPASS invalid username-password pair or user is disabled.', 'password'],
    ['ERR AUTH <password> called without any password configured for the default user.', 'password'],
    ['LOADING Valkey is loading the dataset in memory', 'loading'],
    ['BUSY Valkey is busy running a script.', 'loading'],
    ['ERR max number of clients reached', 'connection'],
    ["NOPERM User mon has no permissions to run the 'info' command", 'answer'],
    ["ERR unknown command 'INFO', with args beginning with: ", 'answer'],
    ['DENIED Running in protected mode because protected mode is enabled and no password is set', 'answer'],
  ])('%s: %s', (message, what) => {
    expect(readView(at, replies(failing(message)))).toMatchObject({ what, why: expect.stringContaining(message) });
    expect(readView(at, { kind: 'failed', what: 'refused', why: message })).toMatchObject({ what });
  });
  it.each([
    ['connection', 'connection'],
    ['tls', 'TLS'],
    ['protocol', 'answer'],
  ] as const)('a failure of the %s is a trouble', (kind, what) => {
    const failed: Answer = { kind: 'failed', what: kind, why: 'x' };
    expect(readView(at, failed)).toEqual({ kind: 'trouble', what, why: 'x' });
  });
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

describe('whom a node hears', () => {
  const START = 1_795_941_057_136;

  interface Seen {
    /** From the start of the node, in milliseconds; null for never. */
    readonly ping: number | null;
    readonly pong: number | null;
    readonly flags?: string;
    /** When the own link was begun, and what it waits for; null where there is none. */
    readonly link: readonly [created: number, events: string] | null;
    readonly inbound?: boolean;
  }

  /** True where the answers of node a tell that it hears b. */
  function hears({ ping, pong, flags = 'master', link, inbound = false }: Seen): boolean | undefined {
    const time = (since: number | null): number => (since === null ? 0 : START + since);
    const state = link === null ? 'disconnected' : 'connected';
    const rows = readNodes(
      `${idOf('b')} 10.0.0.9:6379@16379,b ${flags} - ${time(ping)} ${time(pong)} 2 ${state} 5461-10922\n` +
        `${idOf('a')} 10.0.0.10:6379@16379,a myself,master - 0 0 1 connected 0-5460\n`,
    );
    const row = (direction: string, [created, events]: readonly [number, string]): Reply => [
      ...['direction', direction, 'node', idOf('b'), 'events', events].map(bytesOf),
      ...[bytesOf('create-time'), START + created],
      ...[bytesOf('send-buffer-used'), 0],
    ];
    const links = [...(inbound ? [row('from', [1, 'r'])] : []), ...(link === null ? [] : [row('to', link)])];
    const heard = heardBy(rows ?? [], links);
    expect(heard?.has(idOf('a'))).toBe(true);
    return heard?.has(idOf('b'));
  }

  describe('a node that starts and finds nobody at the addresses of its nodes.conf hears nobody', () => {
    // As 9.1.2 answers with a node timeout of 1.5 s. The state is fail, then ok from 2.0 s to 2.3 s, then fail.
    it.each<[string, Seen]>([
      ['after 0.1 s', { ping: null, pong: 0, link: [4, ''] }],
      ['after 0.9 s', { ping: 810, pong: 0, link: [4, 'w'] }],
      ['after 1.7 s', { ping: 810, pong: 0, link: null }],
      ['after 2.1 s', { ping: 810, pong: 0, link: [1720, ''] }],
      ['after 2.4 s', { ping: 810, pong: 0, link: [1720, ''], flags: 'master,fail?' }],
    ])('%s', (_, seen) => expect(hears(seen)).toBe(false));
  });

  describe('a node hears another one', () => {
    it.each<[string, Seen]>([
      ['that has answered all questions', { ping: null, pong: 5000, link: [4, 'r'] }],
      ['that has not answered the newest question yet', { ping: 6000, pong: 5000, link: [4, 'r'] }],
      ['to which more is being sent', { ping: 6000, pong: 5000, link: [4, 'rw'] }],
      ['that answered in the millisecond in which the link was begun', { ping: null, pong: 4, link: [4, 'r'] }],
    ])('%s', (_, seen) => expect(hears(seen)).toBe(true));
  });

  describe('a node does not hear another one', () => {
    it.each<[string, Seen]>([
      ['that has not answered on the new link', { ping: 9000, pong: 5000, link: [8000, 'r'] }],
      ['that only talks to it', { ping: null, pong: 0, link: [4, ''], inbound: true }],
      ['that it has no link to', { ping: null, pong: 5000, link: null, inbound: true }],
      ['to which the connection is being made again', { ping: null, pong: 5000, link: [8000, ''] }],
    ])('%s', (_, seen) => expect(hears(seen)).toBe(false));
  });

  it.each<[Reply | undefined]>([
    [undefined],
    [null],
    [{ kind: 'error', message: 'ERR unknown subcommand' }],
    [bytesOf('x')],
  ])('links that are none tell nothing: %j', (links) => {
    expect(heardBy([], links)).toBeNull();
  });
});

describe('clones', () => {
  const [a, b, c] = clusterOf(three);
  if (a === undefined || b === undefined || c === undefined) throw new Error('three views');
  const elsewhere = { name: 'x:6379', ip: '10.9.9.9' };
  const clone = { ...a, ...elsewhere, runId: 'another' };

  describe('two servers with one id', () => {
    it('are two processes at two addresses', () => {
      expect(clonesAmong([a, b, clone])).toEqual([
        'two servers, one id: a:6379 (10.0.0.10:6379) and x:6379 (10.9.9.9:6379)',
      ]);
    });
    it.each([
      ['one that is reached by two addresses', { ...a, ...elsewhere }],
      ['one that was started again between two questions', { ...a, runId: 'another' }],
    ])('are not %s', (_, other) => expect(clonesAmong([a, b, other])).toEqual([]));
    it('are told from one node that is named twice', () => {
      expect([plan([a, b, clone]), plan([a, b, { ...a, ...elsewhere }])]).toEqual(['VB719', 'VB702']);
    });
  });

  it('a node is looked for elsewhere where another one looks for it there, and only there', () => {
    expect(otherAddresses([a, b, c])).toEqual([]);
    const moved = clusterOf(three.map((node) => (node.letter === 'a' ? { ...node, ip: '10.9.9.9' } : node)));
    expect(otherAddresses([a, ...moved.slice(1)])).toEqual([{ name: '10.9.9.9:6379', ip: '10.9.9.9', port: 6379 }]);
  });
});
