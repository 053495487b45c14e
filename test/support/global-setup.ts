import process from 'node:process';
import { ownerOf, ownerVariable } from '../../scripts/lib/owner.ts';
import { removeRemains, removeRemainsAtEnd } from '../../scripts/lib/remains.ts';
import { engine } from './docker-engine.ts';

/** Runs once, in the main process of a test run: what its workers make is the run's, and what dead runs have left goes. */
export async function setup(): Promise<void> {
  process.env[ownerVariable] = ownerOf(process.pid);
  const isThere = await engine.ping().then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  removeRemainsAtEnd();
  await removeRemains(engine).catch((error: unknown) => console.warn('what a dead run has left stays:', error));
}
