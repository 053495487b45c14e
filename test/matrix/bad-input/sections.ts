import { confRows } from './conf-rows.ts';
import { hostileRows } from './hostile-rows.ts';
import { markRows } from './mark-rows.ts';
import { moduleRows } from './module-rows.ts';
import { passwordRows } from './password-rows.ts';
import type { Row } from './row.ts';
import { variableRows } from './variable-rows.ts';
import { writingRows } from './writing-rows.ts';

/** Every bad input, by what it is about. */
export const sections: ReadonlyArray<{ readonly title: string; readonly rows: readonly Row[] }> = [
  { title: 'Configuration', rows: confRows },
  { title: 'Byte order marks', rows: markRows },
  { title: 'Modules', rows: moduleRows },
  { title: 'Variables and arguments', rows: variableRows },
  { title: 'Passwords and who needs none', rows: passwordRows },
  { title: 'Files that a start needs', rows: writingRows },
  { title: 'Terminal escapes and secrets', rows: hostileRows },
];
