import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNodesConf, refreshNodes } from '../../../../entrypoint/cluster/heal.ts';
import { asBytes } from '../../../../entrypoint/text/bytes.ts';
import { idOf } from '../../../support/cluster-view.ts';

const self = `${idOf('a')} 10.0.0.1:6379@16379,n1,tls-port=0,shard-id=${idOf('1')} myself,master - 0 0 1 connected 0-5460`;
const vars = 'vars currentEpoch 3 lastVoteEpoch 0';
const peer = (where: string, flags = 'master', letter = 'b') =>
  `${idOf(letter)} ${where} ${flags} - 0 1795323455616 2 connected 5461-10922`;
const conf = (...lines: string[]) => asBytes(`${lines.join('\n')}\n`);

function read(text: string) {
  const nodes = readNodesConf(asBytes(text));
  if ('damaged' in nodes) throw new Error(`line ${nodes.damaged} is damaged`);
  return nodes;
}

function refresh(text: string, names: Readonly<Record<string, readonly string[]>>, forgetOwn = false) {
  return refreshNodes(asBytes(text), read(text), (name) => names[name] ?? [], forgetOwn);
}

describe('the entry of another node', () => {
  it.each<[string, string, Record<string, string[]>, string]>([
    ['gets the address of its name', '10.0.0.2:6379@16379,n2', { n2: ['10.0.0.9'] }, '10.0.0.9:6379@16379,n2'],
    [
      'keeps what stands behind the address',
      '10.0.0.2:6379@16379,n2,tls-port=0,shard-id=x',
      { n2: ['10.0.0.9'] },
      '10.0.0.9:6379@16379,n2,tls-port=0,shard-id=x',
    ],
    ['keeps an address that its name has', '10.0.0.2:6379@16379,n2', { n2: ['10.0.0.2'] }, '10.0.0.2:6379@16379,n2'],
    ['keeps one of several', '10.0.0.2:6379@16379,n2', { n2: ['10.0.0.9', '10.0.0.2'] }, '10.0.0.2:6379@16379,n2'],
    ['keeps its address where the name has none', '10.0.0.2:6379@16379,n2', {}, '10.0.0.2:6379@16379,n2'],
    [
      'keeps its address where the name has several others: it may be that of a service',
      '10.0.0.2:6379@16379,n2',
      { n2: ['10.0.0.8', '10.0.0.9'] },
      '10.0.0.2:6379@16379,n2',
    ],
    ['keeps its address where it has no name', '10.0.0.2:6379@16379', { '': ['10.0.0.9'] }, '10.0.0.2:6379@16379'],
    [
      'gets an address of its own family',
      'fd00::2:6379@16379,n2',
      { n2: ['10.0.0.9', 'fd00::9'] },
      'fd00::9:6379@16379,n2',
    ],
    [
      'gets one of the other family if that is all',
      'fd00::2:6379@16379,n2',
      { n2: ['10.0.0.9'] },
      '10.0.0.9:6379@16379,n2',
    ],
    ['gets an address where it had none', ':6379@16379,n2', { n2: ['10.0.0.9'] }, '10.0.0.9:6379@16379,n2'],
    [
      'gets the ports of this node where it lost its own with its address',
      ':0@0,n2,tls-port=0,shard-id=x',
      { n2: ['10.0.0.9'] },
      '10.0.0.9:6379@16379,n2,tls-port=0,shard-id=x',
    ],
    [
      'of one that speaks TLS alone, and has no other port, gets the address of its name, too',
      '10.0.0.2:0@16379,n2,tls-port=6379,shard-id=x',
      { n2: ['10.0.0.9'] },
      '10.0.0.9:0@16379,n2,tls-port=6379,shard-id=x',
    ],
    ['is left alone with an address and no port', '10.0.0.2:0@0,n2', { n2: ['10.0.0.9'] }, '10.0.0.2:0@0,n2'],
    ['stays without an address where its name has none', ':0@0,n2', {}, ':0@0,n2'],
    [
      'is left alone where its name is none',
      '10.0.0.2:6379@16379,-x',
      { '-x': ['10.0.0.9'] },
      '10.0.0.2:6379@16379,-x',
    ],
  ])('%s', (_, where, names, expected) => {
    const before = conf(peer(where), self, vars);
    expect(refresh(before, names).text ?? before).toBe(conf(peer(expected), self, vars));
  });
  it('is not doubtful where its address is among those of its name', () => {
    const text = conf(peer('10.0.0.2:6379@16379,n2'), self, vars);
    expect(refresh(text, { n2: ['10.0.0.9', '10.0.0.2'] })).toMatchObject({ kept: [] });
  });
  it('is left alone while it is only being greeted', () => {
    const text = conf(peer('10.0.0.2:6379@16379,n2', 'handshake'), self, vars);
    expect(refresh(text, { n2: ['10.0.0.9'] })).toMatchObject({ text: null });
  });
  it('is refreshed where it has failed', () => {
    const text = conf(peer('10.0.0.2:6379@16379,n2', 'master,fail?'), self, vars);
    expect(refresh(text, { n2: ['10.0.0.9'] })).toMatchObject({
      changes: [{ host: 'n2', from: '10.0.0.2', to: '10.0.0.9' }],
    });
  });
  it.each([
    ['master,noaddr', 'master'],
    ['master,fail,noaddr', 'master,fail'],
    ['noaddr', 'noflags'],
  ])('with the flags %s gets %s with its address: one without is never greeted', (before, after) => {
    const text = conf(peer(':0@0,n2', before), self, vars);
    expect(refresh(text, {}).text).toBeNull();
    expect(refresh(text, { n2: ['10.0.0.9'] }).text).toBe(conf(peer('10.0.0.9:6379@16379,n2', after), self, vars));
  });
  it('is left alone without a port where this node has none either', () => {
    const text = conf(peer(':0@0,n2', 'noaddr'), self.replace(/10\S+?,/, ':0@0,'), vars);
    expect(refresh(text, { n2: ['10.0.0.9'] }).text).toBeNull();
  });
  it('is left alone where another node announces the same name and port', () => {
    const text = conf(peer('10.0.0.2:6379@16379,n2'), peer('10.0.0.3:6379@16379,n2', 'master', 'c'), self, vars);
    expect(refresh(text, { n2: ['10.0.0.9'] })).toMatchObject({ text: null, kept: [{ host: 'n2' }, { host: 'n2' }] });
  });
  it('shares its name with one at another port', () => {
    const text = conf(peer('10.0.0.2:6379@16379,n2'), peer('10.0.0.2:6380@16380,n2', 'master', 'c'), self, vars);
    expect(refresh(text, { n2: ['10.0.0.9'] })).toMatchObject({ changes: [{}, {}] });
  });
});

describe('the own entry', () => {
  it('is not touched', () => {
    expect(refresh(conf(self, vars), { n1: ['10.0.0.9'] })).toEqual({ text: null, changes: [], kept: [] });
  });
  it('loses its address, and nothing else, where it is to be forgotten', () => {
    const text = conf(self, peer('10.0.0.2:6379@16379,n2'), vars);
    expect(refresh(text, {}, true)).toMatchObject({
      text: text.replace('10.0.0.1', ''),
      changes: [{ host: 'this node', from: '10.0.0.1', to: '' }],
    });
    const forgotten = refresh(text, {}, true).text ?? '';
    expect(refresh(forgotten, {}, true).text).toBeNull();
  });
  it('is not among the names that are asked for', () => {
    expect(read(conf(self, peer('10.0.0.2:6379@16379,n2'), vars)).peers.map(({ host }) => host)).toEqual(['n2']);
  });
  it('is where a running server would be', () => {
    expect(read(conf(self, vars)).own).toMatchObject({ id: idOf('a'), ip: '10.0.0.1', port: 6379 });
  });
});

describe('a damaged file is told from a good one', () => {
  it.each([
    ['cut off in a line', `${peer('10.0.0.2:6379@16379,n2')}\n${self.slice(0, 60)}`, 2],
    ['without the node itself', `${peer('10.0.0.2:6379@16379,n2')}\n${vars}\n`, 1],
    ['with something else in it', `${self}\nhello\n`, 2],
    ['with an id that is none', `${self}\nxyz 10.0.0.2:6379@16379,n2 master - 0 0 2 connected\n`, 2],
    ['with no address', `${self}\n${idOf('b')} nowhere master - 0 0 2 connected\n`, 2],
    ['empty', '', 1],
  ])('%s', (_, text, line) => expect(readNodesConf(asBytes(text))).toEqual({ damaged: line }));
});

/** A nodes.conf as a server writes it, with its peers. */
const nodesConf = fc.gen().map((pick) => {
  const host = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/);
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().filter((ip) => !ip.includes('.')),
    fc.constant(''),
  );
  const peers = Array.from({ length: pick(fc.integer, { min: 0, max: 6 }) }, (_, index) => ({
    id: `${index}`.repeat(40),
    ip: pick(() => address),
    port: pick(fc.integer, { min: 1, max: 55_535 }),
    host: `${pick(() => host)}${index}`,
    rest: pick(() => fc.constantFrom(',tls-port=0,shard-id=0a', '', ',shard-id=0a,nodename=x', ',tls-port=6380')),
    tail: pick(() =>
      fc.constantFrom(
        'master - 0 0 1 connected 0-5460',
        'slave,fail? 0 1 2 3 disconnected',
        'master,fail - 0 0 9 connected 7 8-9 [7->-x]',
      ),
    ),
  }));
  return peers;
});

it('what is not an address stays byte for byte, and every address is the one of its name', () => {
  fc.assert(
    fc.property(nodesConf, fc.ipV4(), (peers, ip) => {
      const text = (at: (peer: (typeof peers)[number]) => string) =>
        conf(
          ...peers.map(
            (peer) => `${peer.id} ${at(peer)}:${peer.port}@${peer.port + 10_000},${peer.host}${peer.rest} ${peer.tail}`,
          ),
          self,
          vars,
        );
      const before = text((one) => one.ip);
      expect(refreshNodes(before, read(before), () => [ip]).text ?? before).toBe(text(() => ip));
    }),
  );
});

it('any text at all is refreshed or damaged, and never an error', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const nodes = readNodesConf(asBytes(text));
      if (!('damaged' in nodes)) refreshNodes(asBytes(text), nodes, () => ['10.0.0.9'], true);
    }),
  );
});
