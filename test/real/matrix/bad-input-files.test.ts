import { describeBadInput } from './describe-bad-input.ts';

describeBadInput('Configuration', 'Byte order marks', 'Modules');
