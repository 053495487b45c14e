import { describeBadInput } from '../real/matrix/describe-bad-input.ts';
import { realRows, sections } from '../support/bad-input/rows.ts';

// What a container says of these the recorded host says too: `npm test` starts only the first of each code.
describeBadInput((row) => !realRows.has(row), ...sections.map(({ title }) => title));
