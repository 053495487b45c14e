import type { Containers } from './containers.ts';
import type { Recorder } from './recorder.ts';
import type { Subject } from './subject.ts';

/** What a group of checks works with. */
export interface Lab {
  readonly subject: Subject;
  readonly containers: Containers;
  readonly recorder: Recorder;
}

/** Checks that share a container. A group records what it finds; it throws only if the verb was aborted. */
export type Group = (lab: Lab) => Promise<void>;
