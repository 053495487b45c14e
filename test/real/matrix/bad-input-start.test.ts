import { describeBadInput } from '../../matrix/bad-input/describe-bad-input.ts';

describeBadInput(
  'Variables and arguments',
  'Passwords and who needs none',
  'Files that a start needs',
  'Terminal escapes and secrets',
);
