import { catalogue, exitCodes } from '../../entrypoint/diagnostics/catalogue.ts';
import type { CataloguePage } from '../../entrypoint/diagnostics/page.ts';
import { GENERATED, type GeneratedFile } from './generated-file.ts';

/** docs/diagnostics.md: the catalogue and the exit codes, as `valkey-bundle explain` knows them. */
export function generateDiagnostics(): GeneratedFile {
  const codes = Object.entries<CataloguePage>(catalogue).sort(([a], [b]) => (a < b ? -1 : 1));
  const content = [
    '# Diagnostics and exit codes',
    '',
    GENERATED,
    '',
    'Every warning and error of the entrypoint has a code. `valkey-bundle explain VB105` prints the page of one. An error ends the',
    'start before the server runs; a warning never does.',
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...exitCodes.map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    ...codes.flatMap(([code, entry]) => page(code, entry)),
  ];
  return { path: 'docs/diagnostics.md', content: `${content.join('\n').trimEnd()}\n` };
}

function page(code: string, { title, severity, exitCode, meaning, fix }: CataloguePage): string[] {
  const end = exitCode === 0 ? severity : `${severity}, exit code ${exitCode}`;
  return [`## ${code}: ${title}`, '', `${end[0]?.toUpperCase()}${end.slice(1)}. ${meaning}`, '', `**Fix:** ${fix}`, ''];
}
