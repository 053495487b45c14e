import { describeBadInput } from '../bad-input/describe-bad-input.ts';

describeBadInput('Configuration', 'Byte order marks', 'Modules');
