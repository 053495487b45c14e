import { expect, test } from 'vitest';
import { unusedPins } from '../../../scripts/workflows/action-pin.ts';
import { readPinTable } from '../../../scripts/workflows/pin-table.ts';
import { good, pins, workflow } from './sample-workflow.ts';

const commit = '3d3c42e5aac5ba805825da76410c181273ba90b1';

test('the table of actions is read out of the page around it', () => {
  const page = `# Title\n\n| action | tag | commit | read in |\n| --- | --- | --- | --- |\n| \`actions/checkout\` | \`v7.0.1\` | \`${commit}\` | a/b ci.yml |\n\n| other | table |\n`;
  expect(readPinTable(page)).toEqual([{ action: 'actions/checkout', tag: 'v7.0.1', commit, readIn: 'a/b ci.yml' }]);
});

test('a row whose commit is cut short is no row', () => {
  expect(readPinTable(`| \`a/b\` | \`v1.0.0\` | \`${commit.slice(1)}\` | c |\n`)).toEqual([]);
});

test('a row that no workflow uses any more is found', () => {
  const stale = { action: 'actions/cache', tag: 'v1.0.0', commit: 'f'.repeat(40), readIn: 'x' };
  expect(unusedPins([workflow(good)], [...pins, stale])).toEqual([stale]);
});

test('a row with an older commit of an action in use is found', () => {
  const older = { action: 'actions/checkout', tag: 'v6.0.0', commit: 'e'.repeat(40), readIn: 'x' };
  expect(unusedPins([workflow(good)], [...pins, older])).toEqual([older]);
});
