import type { Cell, Value } from './cells.ts';
import { type Entry, entryOfRequirepass, freshEntry, type Password } from './default-rules.ts';

/*
 * What must come out of a cell, by the rules of the documentation and of the server alone: nothing of the entrypoint is called here.
 */

export type Expected =
  /** The start ends with VB514. */
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'started';
      /** Every warning about who gets in, sorted. */
      readonly codes: readonly string[];
      /** What the server's directives are, whoever said so; null where they are not said. */
      readonly requirepass: Value | null;
      readonly primaryauth: Value | null;
      readonly entry: Entry;
      /** The password with which health and the cluster tool ask. */
      readonly login: Password | null;
      /** What a client hears that comes from another address than loopback. */
      readonly others: 'served' | 'denied' | 'not connected';
    };

export function expectedOf(cell: Cell): Expected {
  const { rule, primary, bind } = cell;
  const isGiven = cell.variable !== null;
  // The later place wins.
  const required = cell.requirepass.at(-1)?.value ?? null;
  const said = rule.entry ?? entryOfRequirepass(required);
  const entry = said ?? (isGiven ? entryOfRequirepass('given') : null) ?? freshEntry;
  // The image turns protected mode off where nobody says anything.
  const isProtected = cell.protectedMode === 'yes';
  const isOpen = entry.isFree && bind.mayServeOthers && !isProtected;
  if (isOpen && isGiven) return { kind: 'refused' };
  const hasEffect = isGiven && entry.takes.includes('given');
  const isUnused = isGiven && (!hasEffect || (primary !== null && primary.value !== 'given'));
  return {
    kind: 'started',
    codes: [...(isUnused ? ['VB209'] : []), ...(isOpen ? ['VB510'] : []), ...(bind.isLoopbackAlone ? ['VB517'] : [])],
    requirepass: required ?? (hasEffect && said === null ? 'given' : null),
    primaryauth: primary?.value ?? (hasEffect ? 'given' : null),
    entry,
    login: hasEffect ? 'given' : (entry.readable[0] ?? null),
    others: othersOf(cell, entry),
  };
}

/** Protected mode turns others away only where the user default needs no password. */
function othersOf({ bind, protectedMode }: Cell, { needsNone }: Entry): 'served' | 'denied' | 'not connected' {
  if (!bind.servesOthers) return 'not connected';
  return needsNone && protectedMode === 'yes' ? 'denied' : 'served';
}
