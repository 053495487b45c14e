import { nearest } from '../../entrypoint/text/names.ts';

/** `did you mean X? ` for the candidate that a misspelled word is nearest to; empty where none is near enough. */
export function didYouMean(word: string, candidates: Iterable<string>, prefix = ''): string {
  const near = nearest(word, candidates);
  return near === null || near === word ? '' : `did you mean ${prefix}${near}? `;
}

/** The last line of what a program said: mostly the one that tells why it ended. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? text;
}
