import { printable } from './bytes.ts';
import type { Details } from './diagnostics.ts';
import { type ClosedPlace, OWN_PLACE } from './host.ts';

/** The message of VB503. */
export const NO_PLACE = 'no directory can take the files that this start needs';

/** What stands around it: a line for each place, with the reason why it cannot take them. */
export function noPlace(tried: readonly ClosedPlace[]): Details {
  const lines = tried.map(({ place, why }) => `  | ${printable(`${place}: ${why}`)}`);
  return { at: { kind: 'directory', path: OWN_PLACE }, frame: lines.join('\n') };
}
