import { expect, test } from 'vitest';
import { formatOutputs } from '../../../scripts/workflows/job-outputs.ts';

test('text stays as it is, and everything else becomes JSON on one line', () => {
  const outputs = { line: '9.0', locked: true, matrix: { include: [{ a: 'x\ny' }] } };
  expect(formatOutputs(outputs)).toBe('line=9.0\nlocked=true\nmatrix={"include":[{"a":"x\\ny"}]}\n');
});

test.each(['9.0\nlocked=true', '9.0\rlocked=true'])('a value cannot set another output: %j', (line) => {
  expect(() => formatOutputs({ line })).toThrow('more than one line');
});
