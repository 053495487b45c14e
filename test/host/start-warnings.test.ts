import { describe, expect, it } from 'vitest';
import { start, tool } from '../support/fake-start.ts';

describe('a server that goes to the background', () => {
  const daemonize = ['--daemonize', 'yes'];
  it.each([
    ['process 1', { pid: 1 }],
    ['the child of docker-init', { pid: 7, parentPid: 1, firstProcess: 'docker-init' }],
    ['the child of tini', { pid: 7, parentPid: 1, firstProcess: 'tini' }],
    ['the child of dumb-init', { pid: 7, parentPid: 1, firstProcess: 'dumb-init' }],
    ['the child of catatonit', { pid: 7, parentPid: 1, firstProcess: 'catatonit' }],
    ['the first process of a container whose pod shares its processes', { pid: 7, firstProcess: 'pause' }],
  ])('is warned of as %s', (_, world) => {
    expect(start(daemonize, {}, world).codes).toEqual(['VB513']);
  });
  it.each([
    ['the child of a shell that is process 1', { pid: 7, parentPid: 1, firstProcess: 'sh' }],
    ['the child of a shell', { pid: 9, parentPid: 7, firstProcess: 'docker-init' }],
    ['a process that was executed in the container', { pid: 9, firstProcess: 'valkey-server' }],
    ['the child of a process 1 whose name cannot be read', { pid: 7, parentPid: 1, firstProcess: '' }],
  ])('is not warned of as %s', (_, world) => {
    expect(start(daemonize, {}, world).codes).toEqual([]);
  });
  it('is warned of as a sentinel, too', () => {
    const files = { '/data/s.conf': 'daemonize yes\n' };
    expect(start(['valkey-server', 's.conf', '--sentinel'], {}, { files }).codes).toContain('VB513');
  });
  it('is shown by the plan of a start, whoever asks', () => {
    const world = { pid: 9, parentPid: 7, firstProcess: 'sh' };
    expect(tool(['plan', ...daemonize], {}, world).codes).toEqual(['VB513']);
  });
});
