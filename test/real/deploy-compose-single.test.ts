import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ensureCompose } from '../../scripts/lib/programs.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { images, label, requireImage } from '../support/docker-engine.ts';
import { bodiesOf } from '../support/pages.ts';
import { longTestMs } from '../support/patience.ts';

const page = 'docs/operate/compose.md';
const [block = ''] = bodiesOf(page).filter((body) => body.includes('single.yaml'));
/** The commands of the page, without the program and the file, which the tests name themselves. */
const commands = [...block.matchAll(/^docker compose -f single\.yaml ([^#\n]+)/gm)].map(([, words = '']) =>
  words.trim().split(' '),
);
const [up = [], exec = [], down = []] = commands;

let folder: string;
let run: (...args: string[]) => Promise<string>;
beforeAll(async () => {
  await requireImage(images.local);
  const program = await ensureCompose();
  folder = await mkdtemp(join(tmpdir(), 'compose-'));
  const labels = join(folder, 'labels.yaml');
  const labelled = { labels: label };
  const ours = { services: { valkey: labelled }, volumes: { valkey: labelled }, networks: { default: labelled } };
  await writeFile(labels, stringify(ours));
  const files = ['--file', join(paths.root, 'deploy/compose/single.yaml'), '--file', labels];
  const project = ['--project-name', `compose-${randomUUID().slice(0, 8)}`, ...files];
  // The engine takes a free port.
  const env = { VALKEY_BUNDLE_IMAGE: images.local, VALKEY_PORT: '0', VALKEY_PASSWORD: 'of-the-laptop' };
  run = async (...args) => (await execa(program, [...project, ...args], { env, timeout: longTestMs })).stdout;
});
afterAll(async () => {
  await run('down', '--volumes', '--timeout', '5');
  await rm(folder, { recursive: true, force: true });
});

it(`one node, as ${page} has it: up --wait, its modules, and data that outlives down`, async () => {
  expect(commands.map(([verb]) => verb)).toEqual(['up', 'exec', 'down']);
  const inside = (...words: string[]) => run('exec', '-T', '-e', 'REDISCLI_AUTH=of-the-laptop', 'valkey', ...words);
  await run(...up);
  expect(await inside(...exec.slice(2))).toMatch(/^name\nft$/m);
  expect(await inside('valkey-cli', 'SET', 'kept', 'yes')).toBe('OK');
  expect(await run('exec', '-T', 'valkey', 'valkey-cli', 'GET', 'kept')).toMatch(/^NOAUTH/);
  await run(...down);
  await run(...up);
  expect(await inside('valkey-cli', 'GET', 'kept')).toBe('yes');
});
