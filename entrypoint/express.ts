import { beginsInsideLine, closed, directiveElement, includeElement, loadElement, optionsWithout } from './argv.ts';
import { asBytes, type Bytes } from './bytes.ts';
import { renderLine } from './conf/render.ts';
import { holdsLoad, liftedText, wrapperText } from './effective-conf.ts';
import type { Configuration } from './inputs.ts';
import { isOpaque } from './modules/arguments.ts';
import type { ExtraDirective, WantedLoad } from './modules/merge.ts';

/** How the plan reaches the server: `options` appends, `wrapper` and `lifted` write an effective configuration. */
type Expression = 'options' | 'wrapper' | 'lifted';

export interface Expressed {
  readonly how: Expression;
  /** The server's arguments, the program not counted. */
  readonly args: readonly string[];
  readonly effectiveConf: Bytes | null;
  /** Directives that argv must not show, or cannot carry. */
  readonly secretsConf: Bytes | null;
}

/** Where the files of this start will stand. */
export interface RuntimeFiles {
  readonly conf: string;
  readonly secrets: string;
}

/**
 * Says the wanted list in the form that changes least (design §3.5): options behind the user's file if its own load lines, in their
 * order, are part of the list as they stand; a wrapper if something must only come before them; a copy with the load lines lifted
 * out otherwise, and for text from standard input, which has been read by now.
 */
export function express(
  conf: Configuration,
  wanted: readonly WantedLoad[],
  extra: readonly ExtraDirective[],
  files: RuntimeFiles,
): Expressed {
  const isFiled = (directive: ExtraDirective): boolean =>
    directive.secret || directiveElement(directive).length > LONGEST_ELEMENT;
  const filed = extra.filter(isFiled);
  const secretsConf =
    filed.length === 0 ? null : asBytes(filed.map(({ name, value }) => `${renderLine([name, value])}\n`).join(''));
  const own = [
    ...extra.filter((directive) => !isFiled(directive)).map(directiveElement),
    ...(secretsConf === null ? [] : [includeElement(files.secrets)]),
  ];
  const how = chooseExpression(conf, wanted);
  const lastFile = wanted.findLastIndex(isFromFile);
  const firstFile = wanted.findIndex(isFromFile);
  switch (how) {
    case 'options':
      return {
        how,
        args: assemble(conf.confFile, conf, wanted.slice(lastFile + 1), own),
        effectiveConf: null,
        secretsConf,
      };
    case 'wrapper': {
      const effectiveConf = wrapperText(wanted.slice(0, firstFile), conf.confFile ?? '');
      return { how, args: assemble(files.conf, conf, wanted.slice(lastFile + 1), own), effectiveConf, secretsConf };
    }
    case 'lifted': {
      const withOptions = optionIncludesLoad(conf);
      const entries = withOptions ? [...conf.fileEntries, ...conf.optionEntries] : conf.fileEntries;
      const options = withOptions ? [] : optionsWithout(conf.commandLine, loadLines(conf));
      const sources = [...conf.files, ...(conf.commandLine.readsStdin ? ['standard input'] : [])];
      return {
        how,
        args: joinArgs(files.conf, own, options),
        effectiveConf: liftedText(wanted, entries, sources),
        secretsConf,
      };
    }
  }
}

/** The kernel takes 128 KiB for one element of argv (MAX_ARG_STRLEN, execve(2)): its NUL is in them, and the newline that may close it. */
const LONGEST_ELEMENT = 131_070;

function chooseExpression(conf: Configuration, wanted: readonly WantedLoad[]): Expression {
  if (conf.commandLine.readsStdin) return 'lifted';
  if (wanted.some((load) => !isFromFile(load) && loadElement(load).length > LONGEST_ELEMENT)) return 'lifted';
  if (conf.confFile !== null && wanted.some((load) => !isFromFile(load) && !survivesRewrite(load))) return 'lifted';
  const fromFile = wanted.filter(isFromFile);
  const fileLines = conf.fileDirectives.filter((directive) => directive.name === 'loadmodule');
  const fileStands =
    fromFile.length === fileLines.length &&
    fromFile.every((load, index) => !load.changed && load.line?.directive === fileLines[index]) &&
    wanted.findLastIndex(isFromFile) - wanted.findIndex(isFromFile) === Math.max(fromFile.length - 1, 0);
  if (!fileStands) return 'lifted';
  const behind = wanted.slice(wanted.findLastIndex(isFromFile) + 1);
  if (!optionsStand(conf, behind) && optionIncludesLoad(conf)) return 'lifted';
  return fromFile.length > 0 && wanted.findIndex(isFromFile) > 0 ? 'wrapper' : 'options';
}

/**
 * Whether CONFIG REWRITE, which writes load lines without quotes, would leave a line that reads the same, or one that the next start can
 * put together again: words split at single blanks, where all words of the module are one option. Otherwise it must fail, and it does
 * so on an effective configuration.
 */
function survivesRewrite({ module, path, args }: WantedLoad): boolean {
  const argument = isOpaque(module) ? /^[^ \t-\r"'\xff]+( [^ \t-\r"'\xff]+)*$/ : ONE_WORD;
  return ONE_WORD.test(path) && args.every(({ words }) => words.every((word) => argument.test(word)));
}

/** Blanks as the server knows them: a byte 0xa0 is none. */
const ONE_WORD = /^[^ \t-\r"'\xff]+$/;

/** Whether the user's load options can stay as they are: all additions before them, and they unchanged and in their order. */
function optionsStand(conf: Configuration, behind: readonly WantedLoad[]): boolean {
  const optionLines = conf.optionDirectives.filter((directive) => directive.name === 'loadmodule');
  const fromOptions = behind.slice(behind.length - optionLines.length);
  return (
    behind.filter((load) => load.line !== null).length === optionLines.length &&
    fromOptions.every((load, index) => !load.changed && load.line?.directive === optionLines[index])
  );
}

function assemble(
  confFile: string | null,
  conf: Configuration,
  behind: readonly WantedLoad[],
  own: readonly string[],
): string[] {
  const stands = optionsStand(conf, behind);
  const added = stands ? behind.filter((load) => load.line === null) : behind;
  const options = optionsWithout(conf.commandLine, stands ? new Set() : loadLines(conf));
  const shownFile = confFile === conf.confFile ? (conf.commandLine.confFile?.text ?? null) : confFile;
  return joinArgs(shownFile, [...added.map(loadElement), ...own], options);
}

function joinArgs(confFile: string | null, inserted: readonly string[], options: readonly string[]): string[] {
  const elements = [...inserted];
  const last = elements.pop();
  if (last !== undefined) elements.push(beginsInsideLine(options) ? closed(last) : last);
  return [...(confFile === null ? [] : [confFile]), ...elements, ...options];
}

function isFromFile(load: WantedLoad): boolean {
  return load.line?.from === 'file';
}

function optionIncludesLoad(conf: Configuration): boolean {
  return conf.optionEntries.some((entry) => entry.kind === 'include' && holdsLoad(entry.entries));
}

/** The lines of the command line that are load lines themselves. */
function loadLines(conf: Configuration): ReadonlySet<Configuration['commandLine']['lines'][number]> {
  return new Set(
    conf.commandLine.lines.filter((_, index) => {
      const entry = conf.optionEntries[index];
      return entry?.kind === 'directive' && entry.directive.name === 'loadmodule';
    }),
  );
}
