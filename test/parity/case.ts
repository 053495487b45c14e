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
