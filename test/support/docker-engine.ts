import { randomInt } from 'node:crypto';
import Docker from 'dockerode';
import { currentOwner, ownerLabel } from '../../scripts/lib/owner.ts';
import { until } from './until.ts';

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

/** A network whose addresses are `<prefix>.1`, which is the gateway's, to `<prefix>.254`. */
interface AddressedNetwork {
  readonly docker: Docker.Network;
  readonly prefix: string;
}

/** Makes a network on which a container can be given an address, on a subnet that the engine has free; with `Internal`, nothing on it reaches beyond. */
export async function createNetwork(
  name: string,
  options: { readonly Internal?: boolean } = {},
): Promise<AddressedNetwork> {
  return until(`a subnet for the network ${name}`, async () => {
    const prefix = `10.${randomInt(128, 255)}.${randomInt(0, 256)}`;
    const IPAM = { Driver: 'default', Config: [{ Subnet: `${prefix}.0/24`, Gateway: `${prefix}.1` }] };
    try {
      return { docker: await engine.createNetwork({ Name: name, Labels: label, IPAM, ...options }), prefix };
    } catch (error) {
      if (error instanceof Error && /overlap/i.test(error.message)) return undefined;
      throw error;
    }
  });
}
