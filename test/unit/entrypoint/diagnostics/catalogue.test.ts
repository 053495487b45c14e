import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backupEntries } from '../../../../entrypoint/diagnostics/backup.ts';
import { catalogue, exitCodes, isCode } from '../../../../entrypoint/diagnostics/catalogue.ts';
import { clusterEntries } from '../../../../entrypoint/diagnostics/cluster.ts';
import { diagnose, exitCodeOf, refuse } from '../../../../entrypoint/diagnostics/diagnostic.ts';
import { confEntries, environmentEntries } from '../../../../entrypoint/diagnostics/input.ts';
import { argumentEntries, moduleEntries } from '../../../../entrypoint/diagnostics/modules.ts';
import { serverEntries } from '../../../../entrypoint/diagnostics/server.ts';
import { startEntries } from '../../../../entrypoint/diagnostics/start.ts';

const sources = join(import.meta.dirname, '..', '..', '..', '..', 'entrypoint');
const pages = Object.entries(catalogue);

describe('the catalogue', () => {
  it('has each code once', () => {
    const parts = [
      confEntries,
      environmentEntries,
      moduleEntries,
      argumentEntries,
      startEntries,
      clusterEntries,
      serverEntries,
      backupEntries,
    ].map((part) => Object.keys(part));
    expect(parts.flat()).toHaveLength(pages.length);
  });
  it('says something on every page', () => {
    for (const [code, { title, meaning, fix }] of pages) {
      expect([code, title.length > 0, meaning.endsWith('.'), fix.length > 0]).toEqual([code, true, true, true]);
    }
  });
  it('ends an error with a documented exit code, and a warning with none', () => {
    const documented = exitCodes.map(([code]) => code);
    for (const [code, { severity, exitCode }] of pages) {
      expect([code, severity === 'error']).toEqual([code, exitCode !== 0]);
      expect([code, documented.includes(exitCode)]).toEqual([code, true]);
    }
  });
  it('documents no exit code that nothing ends with', () => {
    const used = new Set<number>(pages.map(([, { exitCode }]) => exitCode));
    expect(exitCodes.map(([code]) => code).filter((code) => !used.has(code))).toEqual([]);
  });
  it('has no page that nothing says', () => {
    const text = readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('diagnostics/'))
      .map((file) => readFileSync(join(sources, file), 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, ''))
      .join('');
    expect(pages.map(([code]) => code).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });
});

it('a word is a code only if the catalogue has its page', () => {
  expect(['VB101', 'vb101', 'VB999', 'toString', ''].map(isCode)).toEqual([true, false, false, false, false]);
});

it('a diagnostic has the severity and, unless it knows better, the fix of its page', () => {
  expect(diagnose('VB101', 'x')).toMatchObject({ severity: 'error', hint: catalogue.VB101.fix });
  expect(diagnose('VB101', 'x', { hint: 'y' }).hint).toBe('y');
});

it('a refusal carries its diagnostic and the exit code of its page', () => {
  const { diagnostic } = refuse('VB501', 'x');
  expect([diagnostic.code, exitCodeOf(diagnostic)]).toEqual(['VB501', 127]);
});
