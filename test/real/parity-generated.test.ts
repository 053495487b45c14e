import { expect, it } from 'vitest';
import { buildTestImage } from '../../scripts/image/local-image.ts';
import { showMismatches } from '../../scripts/parity/report.ts';
import { gapsIn, runParity } from '../../scripts/parity/run.ts';

// A core sample: `npm run parity` runs as many as one likes, on two versions of the server.
it('2500 generated configurations are read, and planned, as the real server reads them', async () => {
  const { bundle } = await buildTestImage({});
  const server = { version: bundle.valkey, executable: null };
  const report = await runParity({ cases: 2500, seed: 7, server, report: () => {} });
  const lines: string[] = [];
  showMismatches(report, (line) => lines.push(line));
  expect(lines.join('\n')).toBe('');
  expect(report.cases).toBe(2500);
  expect(report.loadsCompared).toBeGreaterThan(2500);
  expect(gapsIn(report)).toEqual([]);
});
