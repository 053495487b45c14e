import { statSync } from 'node:fs';
import { type OurReading, type ServerReading, sameMeaning } from './case.ts';

/** `left`: the line was read alike, and the server does not have such a directive or value. */
export type Verdict = 'same' | 'refused by both' | 'left' | 'differ';

/** What two readings of one configuration come to. A refusal of one is excused by nothing that the reader itself must know. */
export function judge(ours: OurReading, theirs: ServerReading): Verdict {
  switch (theirs.kind) {
    case 'loads':
      return ours.kind === 'loads' && sameMeaning(ours, theirs) ? 'same' : 'differ';
    case 'crashed':
      return ours.kind === 'refused' && ENDLESS.includes(ours.code) && theirs.how === 'SIGSEGV'
        ? 'refused by both'
        : 'differ';
    case 'refused':
      return ours.kind === 'refused' ? judgeRefusals(ours, theirs) : judgeLoads(ours, theirs);
  }
}

type Refused = ServerReading & { readonly kind: 'refused' };

/** Includes without end: the server's stack ends first. */
const ENDLESS = ['VB104', 'VB110'];

/** What the server says where our reader refuses. */
const SAYINGS: Readonly<Record<string, RegExp>> = {
  VB101: /can't open config file .*(No such file or directory|Not a directory)/,
  VB102: /can't open config file/,
  VB105: /^Unbalanced quotes in configuration line$/,
  VB107: /wrong number of arguments/i,
};

/** The same reason, or one that the server met before: a line that was left to it. */
function judgeRefusals({ code }: OurReading & { kind: 'refused' }, theirs: Refused): Verdict {
  const isSame = SAYINGS[code]?.test(theirs.why) === true && (code !== 'VB107' || isReaders(theirs));
  const isEarlier =
    theirs.line !== null && (!isReaders(theirs) || isMissingDirectory(theirs) || isWrongDirectory(theirs));
  return isSame || isEarlier ? 'refused by both' : 'differ';
}

function judgeLoads(ours: OurReading & { kind: 'loads' }, theirs: Refused): Verdict {
  const missing = /Can't load module from (.*): server aborting/.exec(theirs.why)?.[1];
  if (missing !== undefined) {
    const first = ours.loads.find(({ path }) => !isFile(path));
    return first?.path === missing ? 'refused by both' : 'differ';
  }
  if (theirs.line === null) {
    const isLate = /Module Configuration/i.test(theirs.why) && ours.others.some(({ name }) => name.includes('.'));
    return isLate ? 'left' : 'differ';
  }
  if (isMissingDirectory(theirs)) return ours.warnings.includes('VB111') ? 'refused by both' : 'differ';
  const read = ours.others.find(({ line }) => line === theirs.line);
  if (read?.name === 'dir') return read.words !== 1 && isWrongDirectory(theirs) ? 'left' : 'differ';
  return !isReaders(theirs) && read !== undefined ? 'left' : 'differ';
}

/** Whether the server objects to what a reader of configurations has to know: words, includes, loads, the directory. */
function isReaders({ line, why }: Refused): boolean {
  return /Unbalanced quotes/.test(why) || /^(include|loadmodule|dir)$/.test(nameOf(line ?? ''));
}

/** The entrypoint warns of it, and leaves it to the server to end. */
function isMissingDirectory({ line, why }: Refused): boolean {
  return nameOf(line ?? '') === 'dir' && /No such file|Not a directory/.test(why);
}

/** A `dir` line of two words or none changes no directory, and is left to the server too. */
function isWrongDirectory({ line, why }: Refused): boolean {
  return nameOf(line ?? '') === 'dir' && /wrong number of arguments/.test(why);
}

/** The name in a line that the server shows, told without the reader that is tested. */
function nameOf(line: string): string {
  const [word = ''] = /^(?:"(?:\\.|[^"\\])*"|'(?:\\'|[^'])*'|[^ \t\r\n"']+)*/.exec(line.replace(/^[\v\f]+/, '')) ?? [];
  const pieces = word.replace(/"((?:\\.|[^"\\])*)"|'((?:\\'|[^'])*)'/g, (_, double?: string, single?: string) =>
    double === undefined ? (single ?? '').replaceAll("\\'", "'") : double.replace(/\\(x[0-9a-f]{2}|.)/gi, unescaped),
  );
  return pieces.toLowerCase();
}

function unescaped(_: string, code: string): string {
  if (code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
  return { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }[code] ?? code;
}

function isFile(path: string): boolean {
  return statSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false })?.isFile() === true;
}
