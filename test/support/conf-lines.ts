import { type Directive, parseLine, type SourceLine } from '../../entrypoint/conf/parse.ts';
import { asBytes, type Bytes, bytesOf } from '../../entrypoint/text/bytes.ts';
import type { Place } from '../../entrypoint/text/place.ts';

export const CONF = '/etc/valkey/valkey.conf';

export function fileAt(line: number, path = CONF): Place {
  return { kind: 'file', path, line };
}

export function lineAt(text: string, at: Place = fileAt(1)): SourceLine {
  return { text: bytesOf(text), at };
}

/** The directives of a text whose lines stand in the configuration file, or at one place. */
export function directives(text: string, place?: Place): Directive[] {
  return text.split('\n').flatMap((line, index) => parseLine(lineAt(line, place ?? fileAt(index + 1))) ?? []);
}

/** Plain ASCII words as bytes. */
export function words(...texts: readonly string[]): Bytes[] {
  return texts.map(asBytes);
}
