import { moduleArguments } from './groups/arguments.ts';
import { imageDefaults } from './groups/defaults.ts';
import { health } from './groups/health.ts';
import { knn } from './groups/knn-across-shards.ts';
import { modules } from './groups/modules.ts';
import { signals } from './groups/signals.ts';
import { users } from './groups/users.ts';
import type { Group } from './lab.ts';
import type { Expected } from './subject.ts';

/** All groups that need a server, the longest first: they run beside each other. */
export function groupsFor(expected: Expected): Group[] {
  return [knn, modules, signals, moduleArguments, ...imageDefaults(expected), health, ...users];
}
