import { readConfiguration } from '../../../entrypoint/conf/configuration.ts';
import { Refusal } from '../../../entrypoint/diagnostics/diagnostic.ts';
import { realFiles } from '../../../entrypoint/host/files.ts';
import { loadLinesOf } from '../../../entrypoint/modules/discover.ts';
import { asBytes } from '../../../entrypoint/text/bytes.ts';
import type { LaidCase } from './lay-out.ts';
import type { LoadList } from './real-server.ts';

/** How the entrypoint's reader reads a case, and the code with which it refuses it. */
export function readByUs({ directory, args, stdin }: LaidCase): { reading: LoadList; code: string | null } {
  try {
    const host: Parameters<typeof readConfiguration>[0] = {
      ...unused,
      ...realFiles,
      cwd: directory,
      readStdin: () => asBytes(stdin),
    };
    const conf = readConfiguration(host, args, {});
    const lines = [...loadLinesOf(conf.fileDirectives, 'file'), ...loadLinesOf(conf.optionDirectives, 'options')];
    return { reading: lines.map((line) => ({ path: line.path, args: line.args })), code: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { reading: null, code: error.diagnostic.code };
  }
}

const refuse = (): never => {
  throw new Error('reading a configuration needs nothing but files');
};

/** What a reader of configurations has no business with. */
const unused = {
  arch: 'x64',
  pid: 1,
  parentPid: 0,
  firstProcess: refuse,
  identity: { uid: 999, gid: 999 },
  self: '/none',
  cpuFlags: refuse,
  network: refuse,
  lookupUser: refuse,
  candidates: refuse,
  closedPlaces: refuse,
  readSmall: refuse,
  findExecutable: refuse,
  canWrite: refuse,
  commandLineOf: refuse,
  lastStart: refuse,
};
