import type Docker from 'dockerode';
import { expect, it } from 'vitest';
import { openContainers } from '../../../scripts/verify/lab.ts';

/** An engine that takes its time to make a container, and remembers what is left. */
function fakeEngine() {
  const left = new Set<string>();
  const release: (() => void)[] = [];
  let count = 0;
  const make = async () => {
    const id = `c${++count}`;
    await new Promise<void>((resolve) => release.push(resolve));
    left.add(id);
    return { id, remove: async () => void left.delete(id) };
  };
  // Of the engine only what is used here.
  const docker = { createContainer: make, createNetwork: make } as unknown as Docker;
  return { docker, left, release: () => release.splice(0).forEach((go) => void go()) };
}

it('everything that was made is removed', async () => {
  const { docker, left, release } = fakeEngine();
  const containers = openContainers(docker, 'image', new AbortController().signal);
  const making = Promise.all([containers.create({}), containers.create({}), containers.createNetwork()]);
  release();
  await making;
  expect(left.size).toBe(3);
  await containers.removeAll();
  expect(left.size).toBe(0);
});

it('a container that the engine was still making when the verb was aborted is removed, too', async () => {
  const { docker, left, release } = fakeEngine();
  const abort = new AbortController();
  const containers = openContainers(docker, 'image', abort.signal);
  const making = containers.create({});
  const refused = expect(making).rejects.toThrow('stop');
  abort.abort(new Error('stop'));
  const removing = containers.removeAll();
  release();
  await Promise.all([refused, removing]);
  expect(left.size).toBe(0);
});

it('nothing is made any more once the verb was aborted', () => {
  const { docker } = fakeEngine();
  const containers = openContainers(docker, 'image', AbortSignal.abort(new Error('stop')));
  expect(() => containers.create({})).toThrow('stop');
});
