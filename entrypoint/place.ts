import { printable } from './bytes.ts';

/** Where something was said: every decision, argument and diagnostic carries one. Lines count from 1. */
export type Place =
  | { readonly kind: 'file'; readonly path: string; readonly line: number }
  | { readonly kind: 'stdin'; readonly line: number }
  | { readonly kind: 'argument'; readonly index: number }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'image'; readonly path: string }
  | { readonly kind: 'directory'; readonly path: string };

/** `file:line`, `stdin:line`, `argv[n]` (n counts from 0, the program being 0), a variable's name, or the image's file. */
export function showPlace(place: Place): string {
  switch (place.kind) {
    case 'file':
      return printable(`${place.path}:${place.line}`);
    case 'stdin':
      return `stdin:${place.line}`;
    case 'argument':
      return `argv[${place.index}]`;
    case 'variable':
      return printable(place.name);
    case 'image':
      return `image default (${printable(place.path)})`;
    case 'directory':
      return printable(place.path);
  }
}

/** Whether a user wrote it into the configuration or the command line, rather than the environment or the image. */
export function isConfiguration(place: Place): boolean {
  return place.kind === 'file' || place.kind === 'stdin' || place.kind === 'argument';
}
