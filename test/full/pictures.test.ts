import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../scripts/lib/workspace.ts';
import { ensureBrowser, type Seen, showPictures } from '../support/browser.ts';
import { moduleFile } from '../support/elf.ts';
import { tool } from '../support/fake-start.ts';

const folder = join(paths.root, 'docs', 'pictures');
const names = readdirSync(folder).filter((name) => name.endsWith('.svg'));
const pictures: Readonly<Record<string, string>> = {
  ...Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
  'crowded.svg': crowdedPlan(),
};

describe.each(['light', 'dark'] as const)('on a %s page', (scheme) => {
  let seen: readonly Seen[];
  beforeAll(async () => {
    await ensureBrowser();
    seen = await showPictures(pictures, scheme);
    // For people to look at.
    const shown = join(paths.root, 'dist', 'pictures');
    mkdirSync(shown, { recursive: true });
    for (const { name, png } of seen) writeFileSync(join(shown, name.replace(/\.svg$/, `-${scheme}.png`)), png);
  });

  it.each(Object.keys(pictures))(
    '%s is as wide as the column of a page, readable, and nothing is cut off or covered',
    (name) => {
      const one = seen.find((each) => each.name === name);
      expect(one).toMatchObject({ width: 800, problems: [] });
      expect(one?.texts).toBeGreaterThan(10);
    },
  );

  it('every picture has the colours of the page', () => {
    const wrong = seen.filter(({ brightness }) => (scheme === 'light' ? brightness < 200 : brightness > 60));
    expect(wrong.map(({ name, brightness }) => `${name} ${brightness}`)).toEqual([]);
  });
});

/** A plan with more, longer and stranger values than any page shows. */
function crowdedPlan(): string {
  const modules = [
    'a&b <c>',
    'модуль',
    '漢字の長い名前のモジュール',
    'x'.repeat(120),
    ...Array.from({ length: 20 }, (_, index) => `m${index}`),
  ];
  const files = Object.fromEntries(modules.map((name) => [`/usr/lib/valkey/${name}.so`, moduleFile()]));
  const { stdout, stderr } = tool(
    ['plan', '--svg', '--', 'valkey-server', '--proc-title-template', 'W'.repeat(500), '--save', '', '--port', '7000'],
    {
      M0_MODULE_ARGS: '"two words" 漢字 👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍',
      VALKEY_MODULES: '-ldap',
      VALKEY_PASSWORD: 'x',
    },
    { files },
  );
  if (stdout === '') throw new Error(stderr);
  return stdout;
}
