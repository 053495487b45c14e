import { beforeAll, describe, expect, it } from 'vitest';
import { buildTestImage } from '../../scripts/image/local-image.ts';
import { readWritten } from '../../scripts/parity/run.ts';
import type { Load, OurReading, ServerReading } from '../parity/case.ts';
import {
  commandLineCases,
  leftCases,
  lineCases,
  type ParityCase,
  strictCases,
  type WrittenReading,
} from '../parity/written.ts';
import { allWrittenCases, includeCases } from '../parity/written-includes.ts';

const groups: ReadonlyArray<readonly [title: string, cases: readonly ParityCase[]]> = [
  ['lines', lineCases],
  ['includes', includeCases],
  ['command lines', commandLineCases],
];

let readings: readonly WrittenReading[] = [];
beforeAll(async () => {
  const { bundle } = await buildTestImage({});
  readings = await readWritten({ version: bundle.valkey, executable: null });
});

describe.each(groups)('our reader and the real server agree about %s', (_, cases) => {
  it.each(cases)('$name', (value) => {
    const { ours, server } = readingOf(value);
    expect(loadsIn(ours)).toEqual(loadsIn(server));
  });
});

describe('our reader leaves to the server', () => {
  it.each(leftCases)('$name', (value) => {
    const { ours, server } = readingOf(value);
    expect(loadsIn(ours)).toEqual(value.reads);
    expect(server.kind).toBe('refused');
  });
});

describe('our reader refuses what the server reads otherwise than it is meant', () => {
  it.each(strictCases)('$0.name', (value, code) => {
    const { ours, server } = readingOf(value);
    expect(ours).toMatchObject({ kind: 'refused', code });
    expect(server.kind).toBe('loads');
  });
});

function readingOf(value: ParityCase): WrittenReading {
  const reading = readings[allWrittenCases.indexOf(value)];
  if (reading?.name !== value.name) throw new Error(`${value.name} was not read`);
  return reading;
}

/** The loads in order, or null for a refusal. A server that ends in any other way has not read. */
function loadsIn(reading: OurReading | ServerReading): readonly Load[] | null {
  if (reading.kind === 'crashed') throw new Error(`the server ended by ${reading.how}: ${reading.why}`);
  return reading.kind === 'loads' ? reading.loads : null;
}
