import Docker from 'dockerode';
import { currentOwner, ownerLabel } from '../../scripts/lib/owner.ts';

/** The engine that runs the tests' containers: DOCKER_HOST, or the local one. */
export const engine = new Docker();

/** The images that the tests are about: those of this machine, unless the environment names others (by digest, say). */
export const images = {
  local: process.env['VALKEY_BUNDLE_IMAGE'] ?? 'valkey-bundle:local',
  test: process.env['VALKEY_BUNDLE_TEST_IMAGE'] ?? 'valkey-bundle-test:local',
} as const;

/** For everything that a test makes in the engine: what a run leaves there is removed when it has ended, or else by the next run. */
export const label = { [ownerLabel]: currentOwner() };

const present = new Set<string>();

/** Throws, with what to do, where the engine or the image is missing: such a test has failed, it is not skipped. */
export async function requireImage(image: string): Promise<void> {
  if (present.has(image)) return;
  try {
    await engine.getImage(image).inspect();
    present.add(image);
  } catch (cause) {
    throw new Error(`the image ${image} cannot be used: build it with \`npm run image -- --test\``, { cause });
  }
}
