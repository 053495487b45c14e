import { describe, expect, test } from 'vitest';
import { median, ratioOf, readSamples, timerInput, timingIn, timingOf } from '../../../scripts/bench/timer.ts';

describe('a case for the timer', () => {
  test('is a line of name, socket, variables, dashes and the program', () => {
    const cases = [{ name: 'one', argv: ['/bin/a', '-e', '0'], env: { PATH: '/x', A: 'b c' } }];
    expect(timerInput(cases)).toBe('one\t-\tPATH=/x\tA=b c\t--\t/bin/a\t-e\t0\n');
  });

  test('names the socket that its server answers on', () => {
    expect(timerInput([{ name: 'one', argv: ['/bin/a'], socket: '/tmp/s' }])).toBe('one\t/tmp/s\t--\t/bin/a\n');
  });

  test.each([['a\tb'], ['a\nb'], ['']])('cannot have the field %j, which the timer would take apart', (field) => {
    expect(() => timerInput([{ name: 'one', argv: ['/bin/a', field] }])).toThrow('one: a field is empty or has a tab');
  });
});

describe('what the timer printed', () => {
  test('is milliseconds by name, in the order of the runs', () => {
    const samples = readSamples('a\t1000\t500\nb\t3000\t10\na\t2000\t700\n');
    expect(Object.fromEntries(samples)).toEqual({
      a: [
        { wall: 1, cpu: 0.5 },
        { wall: 2, cpu: 0.7 },
      ],
      b: [{ wall: 3, cpu: 0.01 }],
    });
  });

  test('is refused where it is something else', () => {
    expect(() => readSamples('a\tsoon\t1\n')).toThrow("not a line of the timer's: a\tsoon\t1");
  });

  test('says so if a case is not among it', () => {
    expect(() => timingIn(new Map(), 'a')).toThrow('the case a was not run');
  });
});

describe('the median', () => {
  test.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[1, 1, 1, 1000], 1],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });

  test('leaves its input as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

test('a timing has the median, the fastest run and the median of processor time', () => {
  const samples = [
    { wall: 10, cpu: 4 },
    { wall: 30, cpu: 6 },
    { wall: 20, cpu: 5 },
  ];
  expect(timingOf(samples)).toEqual({ runs: 3, median: 20, minimum: 10, cpu: 5 });
});

test('a ratio compares each measure with the same of the base', () => {
  const base = { runs: 1, median: 10, minimum: 5, cpu: 4 };
  expect(ratioOf({ runs: 9, median: 11, minimum: 10, cpu: 6 }, base)).toEqual({ median: 1.1, minimum: 2, cpu: 1.5 });
});
