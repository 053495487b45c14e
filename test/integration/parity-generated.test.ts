import { expect, it } from 'vitest';
import { buildTestImage } from '../../scripts/lib/image-test.ts';
import { runParity } from '../../scripts/lib/parity-container.ts';
import { showMismatches } from '../../scripts/lib/parity-report.ts';

// A core sample: `npm run parity` runs as many as one likes, on two versions of the server.
it('500 generated configurations are read as the real server reads them', { timeout: 180_000 }, async () => {
  const { bundle } = await buildTestImage({});
  const server = { version: bundle.valkey, executable: null };
  const report = await runParity({ cases: 500, seed: 7, server, report: () => {} });
  const lines: string[] = [];
  showMismatches(report, (line) => lines.push(line));
  expect(lines.join('\n')).toBe('');
  expect(report.cases).toBe(500);
  expect(report.productions['loadmodule']).toBeGreaterThan(500);
});
