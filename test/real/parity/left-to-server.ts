import { echo, type ParityCase, text } from './case.ts';
import type { Load } from './real-server.ts';

/** A case that can be read, but whose meaning the server refuses: what the entrypoint reads of it, for the server to object to. */
export type LeftCase = ParityCase & { readonly reads: readonly Load[] };

const first: Load = { path: echo(0), args: [] };

export const leftCases: readonly LeftCase[] = [
  { ...text('a directive that does not exist', `loadmodule ${echo(0)}\nno-such-directive 1\n`), reads: [first] },
  { ...text('a vertical tab before a comment', `\x0b# loadmodule ${echo(0)}\n`), reads: [] },
  { ...text('a load line with an empty path', 'loadmodule ""\n'), reads: [{ path: '', args: [] }] },
  {
    name: 'a path that begins with -- as the value of a load option',
    args: ['--loadmodule', '--loadmodule x.so'],
    reads: [{ path: '--loadmodule x.so', args: [] }],
  },
  {
    name: 'an option without a value at the end',
    args: ['--loadmodule', echo(0), '--appendonly'],
    reads: [first],
  },
  {
    name: 'an option whose value is a load option',
    args: ['--appendonly', '--loadmodule', echo(0)],
    reads: [],
  },
];
