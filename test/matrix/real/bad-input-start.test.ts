import { describeBadInput } from '../bad-input/describe-bad-input.ts';

describeBadInput('Variables and arguments', 'Files that a start needs', 'Terminal escapes and secrets');
