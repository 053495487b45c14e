import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { readCargoLock } from '../../scripts/data/cargo-lock.ts';
import { resolveLine } from '../../scripts/inputs/resolve-line.ts';
import { sha256 } from '../../scripts/lib/files.ts';
import { useCrates } from '../support/crates-lab.ts';
import { committedAt } from '../support/git-remote.ts';
import { problemOf } from '../support/problem-of.ts';

const lab = useCrates();

describe('the crates of a Cargo.lock', () => {
  it('are fetched with the source, each held against its checksum, and have the time of the commit', async () => {
    const folder = await lab.fetchModule('own');
    expect((await readdir(join(folder, 'cargo/vendor'))).sort()).toEqual(['shout-1.0.3', 'whisper-0.2.0+quiet']);
    expect(await readFile(join(folder, 'cargo/Cargo.lock'), 'utf8')).toBe(lab.lock);
    const record = await readFile(join(folder, 'cargo/vendor/shout-1.0.3/.cargo-checksum.json'), 'utf8');
    const shout = readCargoLock(lab.lock).find(({ name }) => name === 'shout');
    expect(JSON.parse(record)).toEqual({ files: {}, package: shout?.checksum });
    const file = await stat(join(folder, 'cargo/vendor/shout-1.0.3/src/lib.rs'));
    expect([file.mtimeMs / 1000, file.mode & 0o777]).toEqual([committedAt, 0o644]);
  });

  it('are not asked for again, also by another release', async () => {
    await lab.fetchModule('own');
    expect(lab.crates.requests()).toHaveLength(2);
    await writeFile(lab.keptPath(), lab.crates.lock('bare', ['shout']));
    await lab.fetchModule('bare', sha256(lab.crates.lock('bare', ['shout'])));
    expect(lab.crates.requests()).toEqual([]);
  });

  it('that come with a cut connection are asked for again', async () => {
    lab.crates.behave('cut', 2);
    expect(await readdir(join(await lab.fetchModule('own'), 'cargo/vendor'))).toHaveLength(2);
    expect(lab.reported.some((text) => text.includes('trying again'))).toBe(true);
  });

  it.each([
    ['other', 'VP224'],
    ['missing', 'VP225'],
    ['cut', 'VP206'],
  ] as const)('that are %s are %s, and the next fetch goes on', async (behaviour, code) => {
    lab.crates.behave(behaviour);
    expect((await problemOf(lab.fetchModule('own'))).code).toBe(code);
    lab.crates.behave('serve');
    expect(await readdir(join(await lab.fetchModule('own'), 'cargo/vendor'))).toHaveLength(2);
  });
});

describe('a Cargo.lock that the project keeps', () => {
  it('is asked for by the lock before anything is fetched: VP201, which names the file and the command', async () => {
    lab.remote.requests();
    const { code, message } = await problemOf(lab.fetchModule('bare'));
    expect([code, lab.remote.requests()]).toEqual(['VP201', []]);
    expect(message).toContain('modules/bare/Cargo-1.0.0.lock');
    expect(message).toContain('npm run resolve');
  });

  it('has to be the one that was locked: VP221, before anything is fetched', async () => {
    lab.remote.requests();
    expect((await problemOf(lab.fetchModule('bare', sha256(lab.lock)))).code).toBe('VP221');
    await writeFile(lab.keptPath(), `${lab.lock}# changed\n`);
    expect((await problemOf(lab.fetchModule('bare', sha256(lab.lock)))).code).toBe('VP221');
    expect(lab.remote.requests()).toEqual([]);
  });

  it('is not chosen without cargo: the rest is resolved, and a reader told', async () => {
    await writeFile(join(lab.workspace.modules, 'releases/cargo'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    vi.stubEnv('PATH', `${lab.workspace.modules}/releases:${process.env['PATH']}`);
    const line = await lab.workspace.line('9.0', { bare: '1.0.0' });
    await lab.workspace.lock('9.0', {});
    const { modules } = await resolveLine(lab.workspace, line, lab.options());
    expect(modules['bare']).toEqual(lab.pin('bare'));
    expect(lab.reported.some((text) => text.includes('Cargo-1.0.0.lock'))).toBe(true);
  });
});
