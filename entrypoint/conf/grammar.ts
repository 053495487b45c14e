import { isOlder } from '../version.ts';

/** What changed between versions of the server in how a line is split into words. Each was measured on real servers. */
export interface Grammar {
  /** Since 9.0 quoted and unquoted pieces may follow each other in one word; before, a closing quote had to end it. */
  readonly mixesQuotes: boolean;
  /** Since 8.1 a raw byte 255 disappears (its two-pass parser takes it for "nothing here"); written as \xff it stays. */
  readonly losesByte255: boolean;
}

/** The grammar of a server version; of the current one where the version is not known. */
export function grammarOf(version: string): Grammar {
  if (!/^\d+\.\d+/.test(version)) return currentGrammar;
  return { mixesQuotes: !isOlder(version, '9.0'), losesByte255: !isOlder(version, '8.1') };
}

export const currentGrammar: Grammar = { mixesQuotes: true, losesByte255: true };
