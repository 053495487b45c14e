import { bytesOf } from '../../entrypoint/text/bytes.ts';

/** One generated configuration: files by relative path, and how the server is called on them. Texts and paths are bytes as latin1. */
export interface Case {
  readonly files: Readonly<Record<string, string>>;
  /** The server's arguments, as a process gets them: Unicode, without NUL. */
  readonly args: readonly string[];
  /** Text for standard input, where a `-` reads it. */
  readonly stdin: string | null;
  /** What a plan does to the loads before they are handed to the server again. */
  readonly change: Change;
}

/** The ways in which the wanted list can differ from the user's loads: each leads to another form of command line and file. */
export const changes = ['none', 'before', 'between', 'hard', 'longer', 'fewer', 'reversed', 'directives'] as const;
export type Change = (typeof changes)[number];

/** Names under which the report module can be loaded, as bytes; they exist as links. */
export const MODULE_LINKS = [
  'report.so',
  'two words.so',
  "o'clock.so",
  'quo"te.so',
  'h#sh.so',
  'back\\slash.so',
  bytesOf('ü.so'),
  'caf\xe9.so',
];

/** A link to `sub`, wherever that is. */
export const DIRECTORY_LINK = 'a link\xe9';

/** One load, its bytes as latin1. */
export interface Load {
  readonly path: string;
  readonly args: readonly string[];
}

/** What a configuration means: its loads in order, the directory that it ends in, and the values of directives. */
export interface Meaning {
  readonly loads: readonly Load[];
  readonly directory: string;
  readonly values: Readonly<Record<string, string>>;
}

/** What the entrypoint's reader made of a configuration. */
export type OurReading =
  | ({
      readonly kind: 'loads';
      /** Codes of warnings: a missing directory, lines that run together. */
      readonly warnings: readonly string[];
      /** Every line that is neither an include nor a load: as the server would show it, its name, and how many words are behind that. */
      readonly others: ReadonlyArray<{ readonly line: string; readonly name: string; readonly words: number }>;
    } & Meaning)
  | { readonly kind: 'refused'; readonly code: string; readonly why: string };

/** What a server made of it. */
export type ServerReading =
  | ({ readonly kind: 'loads' } & Meaning)
  /** It ended with exit code 1 and said why; over a line of the configuration, where it shows one. */
  | { readonly kind: 'refused'; readonly line: string | null; readonly why: string }
  /** It ended in any other way. */
  | { readonly kind: 'crashed'; readonly how: string; readonly why: string };

/** Directives that may hold any bytes and do nothing to a server: our reader's values for them are compared with the server's. */
export const FREE_DIRECTIVES = ['syslog-ident', 'masteruser'] as const;

/** Whether two readings mean the same; of the values, those that the first one has. */
export function sameMeaning(ours: Meaning, theirs: Meaning): boolean {
  return (
    JSON.stringify(ours.loads) === JSON.stringify(theirs.loads) &&
    ours.directory === theirs.directory &&
    Object.entries(ours.values).every(([name, value]) => theirs.values[name] === value)
  );
}
