import { describe, expect, test } from 'vitest';
import { phasesOf } from '../../../scripts/bench/profile.ts';
import { type StartTrace, watch } from '../../../scripts/bench/watch.ts';
import { fakeHost } from '../../support/fake-host.ts';

const names = ['readConf', 'listDirectory', 'candidates', 'writePrivate', 'own', 'dropTo', 'restoreSignals'];

/** A start in which every phase takes `step` milliseconds, a tenth of it in the system. */
function traceOf(step: number): StartTrace {
  const at = (index: number): number => index * step * 1000;
  const calls = names.map((name, index) => ({ name, from: at(6 + index), to: at(6.1 + index) }));
  return { started: 0, node: at(1), v8: at(2), environment: at(3), bootstrap: at(4), main: at(5), exec: at(13), calls };
}

describe('the phases of a start', () => {
  test('reach from its order to execve without a gap', () => {
    const phases = phasesOf([traceOf(2)]);
    expect(phases.map(({ milliseconds }) => milliseconds)).toEqual(Array.from({ length: 13 }, () => 2));
    expect(phases.at(-1)?.system).toBeCloseTo(0.2);
    expect(phases[0]?.system).toBe(0);
  });

  test('are medians over the runs', () => {
    expect(phasesOf([traceOf(1), traceOf(50), traceOf(3)])[0]?.milliseconds).toBe(3);
  });

  test('cannot be told where a start skipped one', () => {
    expect(() => phasesOf([{ ...traceOf(1), calls: [] }])).toThrow('the start never called readConf');
  });
});

test('a watched host answers as before, and each call is reported with its times', () => {
  let time = 0;
  const calls: string[] = [];
  const host = watch(
    fakeHost({ files: { '/a': 'text' } }),
    () => time++,
    ({ name, from, to }) => calls.push(`${name} ${from}-${to}`),
  );
  expect(host.realFile('/a')).toBe('/a');
  expect(calls).toEqual(['realFile 0-1']);
});
