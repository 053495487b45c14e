import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { paths } from '../../scripts/lib/image-paths.ts';
import { images } from '../support/docker-engine.ts';
import { brokenImage, removeVerified } from '../support/verify-lab.ts';

removeVerified();

const script = join(paths.root, 'scripts', 'sbom.ts');
const sbom = (...args: readonly string[]) => execa(process.execPath, [script, ...args], { reject: false });

it('npm run sbom prints the list that an image carries, byte for byte', async () => {
  const { exitCode, stdout } = await sbom('--image', await brokenImage('misbuilt'));
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '{"bomFormat":"CycloneDX","specVersion":"1.5"}' });
});

it('an image without one is VP605', async () => {
  const { exitCode, stderr } = await sbom('--image', images.local);
  expect(exitCode).toBe(65);
  expect(stderr).toMatch(/^VP605 /);
});

it('an image that is not there is VP401', async () => {
  expect((await sbom('--image', 'valkey-bundle:never-built')).stderr).toMatch(/^VP401 /);
});

it.each([[[]], [['--line', '9.0', '--image', 'x']]])(
  'one of --line and --image has to be there: %j is VP901',
  async (args) => {
    const { exitCode, stderr } = await sbom(...args);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^VP901 /);
  },
);
