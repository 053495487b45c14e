import { describe, expect, it } from 'vitest';
import { readAddress, readNodes } from '../../../../entrypoint/cluster/nodes.ts';
import { idOf } from '../../../support/cluster-view.ts';

describe('an address', () => {
  it.each([
    ['10.0.0.1:6379@16379', { ip: '10.0.0.1', port: 6379, busPort: 16379, hostname: '' }],
    ['10.0.0.1:6379@16379,n1', { ip: '10.0.0.1', port: 6379, busPort: 16379, hostname: 'n1' }],
    ['10.0.0.1:6379@7000,n1,tls-port=0,shard-id=x', { ip: '10.0.0.1', port: 6379, busPort: 7000, hostname: 'n1' }],
    ['10.0.0.1:6379@16379,,shard-id=x', { ip: '10.0.0.1', port: 6379, busPort: 16379, hostname: '' }],
    ['fd00::1:6379@16379,n1', { ip: 'fd00::1', port: 6379, busPort: 16379, hostname: 'n1' }],
    [':6379@16379,n1', { ip: '', port: 6379, busPort: 16379, hostname: 'n1' }],
    [':0@0', { ip: '', port: 0, busPort: 0, hostname: '' }],
    ['10.0.0.1:6379', { ip: '10.0.0.1', port: 6379, busPort: 16379, hostname: '' }],
  ])('%s', (text, expected) => expect(readAddress(text)).toEqual(expected));
  it.each(['', '10.0.0.1', '10.0.0.1:', '10.0.0.1:x@1', '10.0.0.1:1@'])('is none: %j', (text) => {
    expect(readAddress(text)).toBeNull();
  });
});

describe('a row', () => {
  const row = (rest: string) => readNodes(`${idOf('a')} 10.0.0.1:6379@16379,n1 ${rest}\n`)?.[0];

  it('has flags, primary, times, epoch and slots', () => {
    expect(row('myself,master - 0 1795323239332 3 connected 0-5 7 9-10')).toMatchObject({
      flags: ['myself', 'master'],
      primary: null,
      pingSent: 0,
      pongReceived: 1795323239332,
      epoch: 3,
      slots: [
        [0, 5],
        [7, 7],
        [9, 10],
      ],
      open: [],
    });
  });
  it('of a replica names its primary', () => {
    expect(row(`slave ${idOf('b')} 1795323239332 0 3 disconnected`)).toMatchObject({
      primary: idOf('b'),
      pingSent: 1795323239332,
      pongReceived: 0,
      slots: [],
    });
  });
  it('has slots that are on their way', () => {
    expect(row(`myself,master - 0 0 3 connected 0-5 [93-<-${idOf('b')}] [94->-${idOf('c')}]`)).toMatchObject({
      slots: [[0, 5]],
      open: [
        { slot: 93, direction: 'from', node: idOf('b') },
        { slot: 94, direction: 'to', node: idOf('c') },
      ],
    });
  });
});

it.each(['ERR x', 'abc 10.0.0.1:6379@16379 master - 0 0 1 connected', `${idOf('a')} nowhere master - 0 0 1 connected`])(
  'a text that is no CLUSTER NODES is not read: %j',
  (text) => expect(readNodes(text)).toBeNull(),
);
