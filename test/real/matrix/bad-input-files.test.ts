import { realRows } from '../../support/bad-input/rows.ts';
import { describeBadInput } from './describe-bad-input.ts';

describeBadInput((row) => realRows.has(row), 'Configuration', 'Byte order marks', 'Modules');
