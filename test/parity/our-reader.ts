import { asBytes } from '../../entrypoint/bytes.ts';
import type { Grammar } from '../../entrypoint/conf/grammar.ts';
import { Refusal } from '../../entrypoint/diagnostics.ts';
import { realFiles } from '../../entrypoint/host/files.ts';
import type { Reader } from '../../entrypoint/host.ts';
import { readConfiguration } from '../../entrypoint/inputs.ts';
import { loadLinesOf } from '../../entrypoint/modules/loads.ts';
import type { Load, Reading } from './reading.ts';

/** What the entrypoint's reader says of a command line: the loads in order, bytes as latin1, or the code of its refusal. */
export function readOurs(cwd: string, args: readonly string[], stdin: string | null, grammar: Grammar): Reading {
  try {
    const host = { ...realFiles, cwd, readStdin: () => asBytes(stdin ?? '') } as unknown as Reader;
    const conf = readConfiguration(host, args, {}, grammar);
    const lines = [...loadLinesOf(conf.fileDirectives, 'file'), ...loadLinesOf(conf.optionDirectives, 'options')];
    const loads = lines.map((line): Load => ({ path: line.path, args: line.args }));
    return { kind: 'loads', loads, doubtful: conf.warnings.length > 0 };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'refused', why: `${error.diagnostic.code}: ${error.message}` };
  }
}
