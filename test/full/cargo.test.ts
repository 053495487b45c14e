import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { readCargoLock } from '../../scripts/data/cargo-lock.ts';
import { resolveLine } from '../../scripts/inputs/resolve-line.ts';
import { checkLocked } from '../../scripts/inputs/resolve-lines.ts';
import { sha256 } from '../../scripts/lib/files.ts';
import { useCrates } from '../support/crates-lab.ts';

const lab = useCrates();
beforeAll(async () => {
  await execa('cargo', ['--version']).catch((cause: unknown) => {
    throw new Error('these tests need cargo 1.68 or newer on the PATH', { cause });
  });
});

it('the crates of a Cargo.lock are what a real cargo builds with, locked and offline', async () => {
  const folder = await lab.fetchModule('own');
  lab.crates.requests();
  expect(await build(folder, 'own')).toBeGreaterThan(0);
  expect(lab.crates.requests()).toEqual([]);
});

it('a Cargo.lock that the project keeps is chosen by cargo while the line is resolved, stays, and is what the module is built by', async () => {
  const line = await lab.workspace.line('9.0', { bare: '1.0.0' });
  await lab.workspace.lock('9.0', {});
  const resolved = await resolveLine(lab.workspace, line, lab.options());
  const kept = await readFile(lab.keptPath(), 'utf8');
  expect(readCargoLock(kept).map(({ name }) => name)).toEqual(['shout', 'whisper']);
  expect(resolved.modules['bare']).toEqual(lab.pin('bare', sha256(kept)));

  await lab.workspace.lock('9.0', resolved.modules);
  lab.crates.requests();
  expect(await resolveLine(lab.workspace, line, lab.options())).toEqual(resolved);
  expect(lab.crates.requests()).toEqual([]);
  expect(checkLocked(lab.workspace, [line], true)).toContain('9.0');
  expect(await build(await lab.fetchModule('bare', sha256(kept)), 'bare')).toBeGreaterThan(0);
});

/** Builds as a module's Dockerfile does, with the folder of crates where this test has it. Gives the library's size. */
async function build(folder: string, name: string): Promise<number> {
  const into = await mkdtemp(join(tmpdir(), 'cargo-build-'));
  try {
    await cp(join(folder, 'tree'), into, { recursive: true });
    await cp(join(folder, 'cargo'), join(into, '.cargo'), { recursive: true });
    await cp(join(folder, 'cargo/Cargo.lock'), join(into, 'Cargo.lock'));
    const config = await readFile(join(into, '.cargo/config.toml'), 'utf8');
    await writeFile(join(into, '.cargo/config.toml'), config.replace('/.cargo/vendor', `${into}/.cargo/vendor`));
    const env = { CARGO_HOME: join(into, 'home') };
    await execa('cargo', ['build', '--release', '--locked', '--offline'], { cwd: into, env });
    return (await stat(join(into, 'target/release', `lib${name}.so`))).size;
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}
