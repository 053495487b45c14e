import { bytesOf, textOf } from '../bytes.ts';
import { type Command, isError, type Reply } from '../host.ts';

/** A command from words of text. What is bytes already is appended to it. */
export function command(...words: readonly string[]): Command {
  return words.map(bytesOf);
}

/** The text of a reply; null where it is none. */
export function textIn(reply: Reply | undefined): string | null {
  return typeof reply === 'string' ? textOf(reply) : null;
}

export function isList(reply: Reply | undefined): reply is readonly Reply[] {
  return Array.isArray(reply);
}

/** What is wrong with a reply that should be a text, a list or a number: the server's own error, or its shape. */
export function problemIn(reply: Reply | undefined): string {
  return isError(reply) ? reply.message : 'an answer of another shape';
}

/** The first error among replies, and within them: a transaction's stands in its list. */
export function errorIn(replies: readonly Reply[]): string | null {
  for (const reply of replies) {
    const error = isError(reply) ? reply.message : isList(reply) ? errorIn(reply) : null;
    if (error !== null) return error;
  }
  return null;
}

/** A flat list of names and values, as RESP2 gives it; null where it is none. */
export function pairsIn(reply: Reply | undefined): ReadonlyMap<string, Reply> | null {
  if (!isList(reply) || reply.length % 2 !== 0) return null;
  const pairs = new Map<string, Reply>();
  for (let index = 0; index < reply.length; index += 2) {
    const [name, value] = [textIn(reply[index]), reply[index + 1]];
    if (name === null || value === undefined) return null;
    pairs.set(name, value);
  }
  return pairs;
}
