import { type Diagnostic, diagnose } from '../diagnostics.ts';
import { showPlace } from '../place.ts';
import type { Module } from './discover.ts';
import type { WantedLoad } from './merge.ts';

/** Modules in the order in which they are added: each after those of its manifest's `loadAfter`, otherwise by file name. */
export function additionOrder(modules: readonly Module[]): Module[] {
  const waiting = [...modules].sort((a, b) => (a.file < b.file ? -1 : 1));
  const ordered: Module[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(
      (module) => !loadAfter(module).some((name) => waiting.some((other) => other.name === name)),
    );
    ordered.push(...waiting.splice(Math.max(ready, 0), 1));
  }
  return ordered;
}

/**
 * Mends an order that violates `loadAfter`, moving as little as possible: what must come first moves directly before what needs it, or
 * to the very front where the line that needs it stands in a file, which then can stay as it is. A line of the user's that moves
 * is reported (VB412).
 */
export function mendOrder(loads: readonly WantedLoad[]): { loads: WantedLoad[]; warnings: Diagnostic[] } {
  const ordered = [...loads];
  const warnings: Diagnostic[] = [];
  // A move can violate another rule; a chain of modules is never longer than the list, so this many rounds end it.
  for (let round = 0; round < loads.length; round++) {
    const violation = findViolation(ordered);
    if (violation === null) break;
    const { late, needs } = violation;
    ordered.splice(ordered.indexOf(late), 1);
    const target = needs.line?.from === 'file' && late.line?.from !== 'file' ? 0 : ordered.indexOf(needs);
    ordered.splice(target, 0, late);
    // Where the one that needs it was added by us, there is no order of the user's to speak of.
    if (late.line !== null && needs.line !== null) {
      const message = `${late.module.name} (${showPlace(late.line.at)}) must load before ${needs.module.name}`;
      warnings.push(diagnose('VB412', message, { at: late.line.at }));
    }
  }
  return { loads: ordered, warnings };
}

function findViolation(loads: readonly WantedLoad[]): { late: WantedLoad; needs: WantedLoad } | null {
  for (const [index, needs] of loads.entries()) {
    const late = loads.slice(index + 1).find((load) => loadAfter(needs.module).includes(load.module.name));
    if (late !== undefined) return { late, needs };
  }
  return null;
}

function loadAfter(module: Module): readonly string[] {
  return module.manifest?.loadAfter ?? [];
}
