import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** A program as start.ts runs it. */
export type Program = (require: NodeJS.Require, process: NodeJS.Process) => void;

/** Runs the program up to where its work would be done, in a world that it cannot change, and then calls `done`. */
export type Rehearsal = (program: Program, require: NodeJS.Require, done: () => never) => void;

/*
 * record.ts <program> <cache> <rehearsal>: writes the code cache of a program after a rehearsal of it, so that the
 * functions are in it which V8 compiles when they are first called. Run by the very Node, with the very flags, that
 * will read the cache.
 */
const [, , program = '', cache = '', rehearsal = ''] = process.argv;
// As start.ts does.
setFlagsFromString('--rehash-snapshot');
const script = new Script(readFileSync(program, 'latin1'), { filename: 'valkey-bundle.cjs' });
const { rehearse } = (await import(rehearsal)) as { rehearse: Rehearsal };
try {
  rehearse(script.runInThisContext() as Program, createRequire(import.meta.url), () => {
    writeFileSync(cache, script.createCachedData());
    process.exit(0);
  });
  throw new Error(`${rehearsal} did not come to its end`);
} catch (error) {
  // Without the line of the program, which is all of it.
  console.error(error instanceof Error ? error.stack : error);
  process.exit(1);
}
