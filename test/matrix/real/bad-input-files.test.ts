import { describeBadInput } from '../bad-input/describe-bad-input.ts';

describeBadInput('Configuration', 'Modules');
