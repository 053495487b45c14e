import { type Configuration, readConfiguration } from '../../entrypoint/conf/configuration.ts';
import type { Grammar } from '../../entrypoint/conf/tokenize.ts';
import { Refusal } from '../../entrypoint/diagnostics/diagnostic.ts';
import { realFiles } from '../../entrypoint/host/files.ts';
import type { Reader } from '../../entrypoint/host/host.ts';
import { loadLinesOf } from '../../entrypoint/modules/discover.ts';
import { asBytes, bytesOf } from '../../entrypoint/text/bytes.ts';
import { FREE_DIRECTIVES, type Load, type OurReading } from './reading.ts';

/** What the entrypoint's reader says of a command line, and the configuration that it read, where it refused nothing. */
export interface Ours {
  readonly reading: OurReading;
  readonly conf: Configuration | null;
}

export function readOurs(cwd: string, args: readonly string[], stdin: string | null, grammar: Grammar): Ours {
  try {
    // Reading asks a host for nothing but files and standard input.
    const host = { ...realFiles, cwd, readStdin: () => asBytes(stdin ?? '') } as unknown as Reader;
    const conf = readConfiguration(host, args, {}, grammar);
    const lines = [...loadLinesOf(conf.fileDirectives, 'file'), ...loadLinesOf(conf.optionDirectives, 'options')];
    const others = [...conf.fileDirectives, ...conf.optionDirectives].filter(({ name }) => name !== 'loadmodule');
    return {
      reading: {
        kind: 'loads',
        loads: lines.map((line): Load => ({ path: line.path, args: line.args })),
        directory: bytesOf(conf.dataDirectory),
        values: valuesOf(conf),
        warnings: conf.warnings.map(({ code }) => code),
        others: others.map(({ line, name, args: words }) => ({
          line: line.text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''),
          name,
          words: words.length,
        })),
      },
      conf,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { reading: { kind: 'refused', code: error.diagnostic.code, why: error.message }, conf: null };
  }
}

function valuesOf({ settings }: Configuration): Record<string, string> {
  return Object.fromEntries(
    FREE_DIRECTIVES.flatMap((name) => {
      const [value] = settings.get(name)?.args ?? [];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
