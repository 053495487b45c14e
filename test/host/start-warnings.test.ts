import { describe, expect, it } from 'vitest';
import { variables } from '../../entrypoint/environment.ts';
import { foreignVariables } from '../../entrypoint/foreign-variables.ts';
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

describe('variables that only other images read', () => {
  const names = foreignVariables.flatMap((group) => group.names);

  it('are named in one warning, each with what says the same here, and no value is shown', () => {
    const { codes, stderr } = start([], { REDIS_ARGS: '--requirepass hunter2', REDIS_PASSWORD: 'hunter3', NAME: 'x' });
    expect(codes).toEqual(['VB216']);
    expect(stderr).toContain('REDIS_ARGS (here: VALKEY_EXTRA_FLAGS), REDIS_PASSWORD (here: VALKEY_PASSWORD)');
    expect(stderr).not.toContain('hunter');
  });
  it.each(names)('are known: %s', (name) => expect(start([], { [name]: 'yes' }).codes).toEqual(['VB216']));
  it.each(['', 'no', 'false', '0'])('are not worth a word where they ask for nothing: %j', (value) => {
    expect(start([], { VALKEY_AOF_ENABLED: value }).codes).toEqual([]);
  });
  it('are none of ours, stand in one group each, and are none that Kubernetes sets for a service', () => {
    const ours: readonly string[] = variables.map(({ name }) => name);
    expect(names.filter((name) => ours.includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    // makeEnvVariableName() of Kubernetes: NAME_SERVICE_HOST, NAME_SERVICE_PORT, NAME_PORT, and what begins with NAME_PORT_<number>_.
    expect(names.filter((name) => /_PORT$|_SERVICE_HOST$|_PORT_\d/.test(name))).toEqual([]);
  });
  it('are no concern of a program that is not the server', () => {
    expect(start(['valkey-cli'], { REDIS_PASSWORD: 'x' }).codes).toEqual([]);
    expect(start(['--version'], { REDIS_PASSWORD: 'x' }).codes).toEqual([]);
  });
});
