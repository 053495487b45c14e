import { backupEntries } from './backup.ts';
import { clusterEntries } from './cluster.ts';
import { confEntries, environmentEntries } from './input.ts';
import { argumentEntries, moduleEntries } from './modules.ts';
import type { CataloguePage } from './page.ts';
import { serverEntries } from './server.ts';
import { startEntries } from './start.ts';

/** Everything that the entrypoint can say, by code. Codes are never reused. */
export const catalogue = {
  ...confEntries,
  ...environmentEntries,
  ...moduleEntries,
  ...argumentEntries,
  ...startEntries,
  ...clusterEntries,
  ...serverEntries,
  ...backupEntries,
} as const satisfies Readonly<Record<string, CataloguePage>>;

export type Code = keyof typeof catalogue;

/** True if a word names a page. */
export function isCode(word: string): word is Code {
  return Object.hasOwn(catalogue, word);
}

/**
 * The meanings of the exit codes, beside those of the server itself. The numbers are those of sysexits.h and of a
 * shell.
 */
export const exitCodes: ReadonlyArray<readonly [number, string]> = [
  [0, 'the server ended well (its own code), or the tool had nothing to object to'],
  [1, 'the server itself refused or failed (its own code), or a command of the tool found something wrong'],
  [64, 'the valkey-bundle tool was called with a wrong command line'],
  [66, 'a configuration or password file is missing or cannot be read'],
  [67, 'the user that the server should run as does not exist'],
  [70, 'a defect of the entrypoint itself'],
  [73, 'a file that the start needs could not be written'],
  [75, 'the nodes of a cluster could not be reached or did not agree in time: run the command again'],
  [77, 'the user that the server runs as may not read one of its files'],
  [78, 'the configuration, a variable, a module or its arguments are wrong'],
  [126, 'the program to start cannot be executed'],
  [127, 'the program to start was not found'],
];
