import { describe, expect, it } from 'vitest';
import { readNodes } from '../../../../entrypoint/cluster/nodes.ts';
import { heardBy } from '../../../../entrypoint/cluster/view.ts';
import type { Reply } from '../../../../entrypoint/host/host.ts';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { idOf } from '../../../support/cluster-view.ts';

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
