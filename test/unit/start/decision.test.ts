import { describe, expect, test } from 'vitest';
import { decide, type EarlierContainer, type Wanted } from '../../../scripts/start/decision.ts';

const earlier: EarlierContainer = {
  id: 'c1',
  status: 'running',
  exitCode: 0,
  imageId: 'sha256:one',
  environment: [{ name: 'SEARCH_MODULE_ARGS', value: '--reader-threads 2' }],
  confHash: null,
  confPath: null,
  port: 6379,
};
const wanted: Wanted = {
  imageId: 'sha256:one',
  environment: [{ name: 'SEARCH_MODULE_ARGS', value: '--reader-threads 2' }],
  confHash: null,
  confPath: null,
  port: null,
};

describe('a second npm start', () => {
  test('makes a container where there is none', () => {
    expect(decide(null, wanted)).toEqual({ action: 'create' });
  });

  test('finds the same one running and leaves it alone', () => {
    expect(decide(earlier, wanted)).toEqual({ action: 'reuse', id: 'c1', port: 6379 });
  });

  test('without --port takes whatever port the running one has', () => {
    expect(decide({ ...earlier, port: 7000 }, wanted)).toEqual({ action: 'reuse', id: 'c1', port: 7000 });
  });

  test('is not bothered by the order of the variables', () => {
    const [first, second] = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    const decision = decide({ ...earlier, environment: [first, second] }, { ...wanted, environment: [second, first] });
    expect(decision.action).toBe('reuse');
  });

  test.each<[string, Partial<EarlierContainer>, Partial<Wanted>, string]>([
    ['another image', {}, { imageId: 'sha256:two' }, 'the image is another one'],
    ['another port', {}, { port: 7000 }, 'it has port 6379, not 7000'],
    ['an ended container', { status: 'exited', exitCode: 137 }, {}, 'it had ended with exit code 137'],
    ['a paused container', { status: 'paused' }, {}, 'it is paused, not running'],
    ['a new file', {}, { confHash: 'x', confPath: '/a' }, 'it had no configuration file'],
    ['no file any more', { confHash: 'x', confPath: '/a' }, {}, 'it had a configuration file'],
    [
      'a changed file',
      { confHash: 'x', confPath: '/a' },
      { confHash: 'y', confPath: '/a' },
      'the configuration file has other text',
    ],
    [
      'a moved file',
      { confHash: 'x', confPath: '/a' },
      { confHash: 'x', confPath: '/b' },
      'the configuration file stands elsewhere',
    ],
  ])('replaces it for %s', (_title, before, now, reason) => {
    const decision = decide({ ...earlier, ...before }, { ...wanted, ...now });
    expect(decision).toEqual({ action: 'replace', id: 'c1', previousPort: 6379, reasons: [reason] });
  });

  test('replaces it for other variables, and names them without their values', () => {
    const decision = decide(
      {
        ...earlier,
        environment: [
          { name: 'KEPT', value: 'same' },
          { name: 'VALKEY_PASSWORD', value: 'hunter2' },
          { name: 'GONE', value: 'x' },
        ],
      },
      {
        ...wanted,
        environment: [
          { name: 'KEPT', value: 'same' },
          { name: 'VALKEY_PASSWORD', value: 'hunter3' },
          { name: 'ADDED', value: 'y' },
        ],
      },
    );
    expect(decision).toMatchObject({
      action: 'replace',
      reasons: ['VALKEY_PASSWORD has another value', 'ADDED is new', 'GONE is no longer given'],
    });
  });

  test('tells a variable set to nothing from one that is not given', () => {
    const decision = decide({ ...earlier, environment: [] }, { ...wanted, environment: [{ name: 'A', value: '' }] });
    expect(decision).toMatchObject({ action: 'replace', reasons: ['A is new'] });
  });

  test('keeps the file that has not changed', () => {
    const file = { confHash: 'x', confPath: '/a' };
    expect(decide({ ...earlier, ...file }, { ...wanted, ...file }).action).toBe('reuse');
  });
});
