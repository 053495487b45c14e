import { join } from 'node:path';
import { expect, it } from 'vitest';
import { paths } from '../../../scripts/lib/image-paths.ts';
import { listLines, loadLine } from '../../../scripts/lines/load-line.ts';
import { bundle } from '../../support/fake-image.ts';
import { start } from '../../support/fake-start.ts';

const workspace = { modules: join(paths.root, 'modules'), dist: '' };
const images = listLines(workspace).flatMap((line) =>
  Object.entries(loadLine(workspace, line).variants).map(([variant, { defaults }]) => ({ line, variant, defaults })),
);

it.each(images)('an open server of line $line, variant $variant, is known as one', ({ defaults }) => {
  const image = { bundle: { ...bundle, defaults } };
  expect(start(['valkey-server'], {}, image).codes).toContain('VB510');
  const refused = start(['valkey-server', '--requirepass', ''], { VALKEY_PASSWORD: 'x' }, image);
  expect([refused.codes, refused.exitCode]).toEqual([['VB514'], 78]);
});
