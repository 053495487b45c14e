import { describe, expect, test } from 'vitest';
import { readSamples, timerInput, timingIn } from '../../../scripts/bench/timer.ts';

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
