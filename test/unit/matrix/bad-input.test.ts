import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../entrypoint/diagnostics/catalogue.ts';
import type { Row } from '../../support/bad-input/row.ts';
import { reportOf, sections, startTwin } from '../../support/bad-input/rows.ts';
import { kindsOf } from '../../support/fake-start.ts';

const pure = sections.map(({ title, rows }) => ({ title, rows: rows.filter(({ twin }) => twin !== null) }));

describe.each(pure)('$title', ({ rows }) => {
  const named = (rows: readonly Row[]) => rows.map((row) => [row.input, row] as const);

  it.each(named(rows.filter(({ code }) => code !== null)))('%s ends the start', (_, row) => {
    const started = startTwin(row);
    const report = reportOf(started.stderr);
    expect(report.errors).toMatchObject([{ code: row.code, place: row.place, hasFix: true }]);
    expect(started.exitCode).toBe(row.exitCode);
    expect(row.code !== null && catalogue[row.code].exitCode).toBe(row.exitCode);
    expect(kindsOf(started).at(-1)).toBe('exit');
    expect(started.exec).toBeNull();
    // Whether the server may read what root reads shows only once everything is ready for it.
    if (!isForRootAlone(row)) expect(kindsOf(started)).not.toContain('write');
    expect(report.hasStack).toBe(false);
    for (const name of row.names ?? []) expect(report.errors[0]?.text).toContain(name);
    for (const secret of row.never ?? []) expect(started.stderr).not.toContain(secret);
  });

  const working = rows.filter(({ code }) => code === null);
  it.skipIf(working.length === 0).each(named(working))('%s ends nothing', (_, row) => {
    const started = startTwin(row);
    const { errors, codes } = reportOf(started.stderr);
    expect(errors).toEqual([]);
    if (row.warns !== undefined) expect([...codes].sort()).toEqual(row.warns);
    expect(started.exec).not.toBeNull();
    for (const secret of row.never ?? []) expect(started.stderr).not.toContain(secret);
  });
});

function isForRootAlone({ code, wish }: Row): boolean {
  return wish.user === 'root' && (code === 'VB509' || code === 'VB303');
}
