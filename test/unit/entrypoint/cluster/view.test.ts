import { describe, expect, it } from 'vitest';
import { clusterAddress, nameOf, readView } from '../../../../entrypoint/cluster/view.ts';
import type { Answer, Reply } from '../../../../entrypoint/host/host.ts';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { clusterOf, fresh, idOf, lineOf, three } from '../../../support/cluster-view.ts';
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
