import { realRows } from '../../support/bad-input/rows.ts';
import { describeBadInput } from './describe-bad-input.ts';

describeBadInput(
  (row) => realRows.has(row),
  'Variables and arguments',
  'Passwords and who needs none',
  'Files that a start needs',
  'Terminal escapes and secrets',
);
