import { describeBadInput } from '../../matrix/bad-input/describe-bad-input.ts';

describeBadInput('Configuration', 'Byte order marks', 'Modules');
