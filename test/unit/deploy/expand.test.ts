import { expect, it } from 'vitest';
import { expand } from '../../support/kube/expand.ts';

it.each([
  ['$(POD_NAME).svc', 'valkey-0.svc'],
  ['$(A)$(POD_NAME)', '1valkey-0'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$$(POD_NAME)', '$(POD_NAME)'],
  ['$$$(POD_NAME)', '$valkey-0'],
  ['$POD_NAME', '$POD_NAME'],
  ['nodes=$$(seq 0 $$((NODES - 1))) "$nodes"', 'nodes=$(seq 0 $((NODES - 1))) "$nodes"'],
  ['$(POD_NAME', '$(POD_NAME'],
])('%j becomes %j', (text, expanded) => {
  const variables = new Map([
    ['POD_NAME', 'valkey-0'],
    ['A', '1'],
  ]);
  expect(expand(text, variables)).toBe(expanded);
});
