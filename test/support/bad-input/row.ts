import type { Code } from '../../../entrypoint/diagnostics/catalogue.ts';
import type { ContainerWish } from '../docker-container.ts';
import type { World } from '../fake-host.ts';

/** One input that is bad, or only looks so. */
export interface Row {
  /** What is given, as a noun phrase. */
  readonly input: string;
  /** How it is given to a container. */
  readonly wish: ContainerWish;
  /** What ends the start, and with which exit code; null and 0 where the server must run. */
  readonly code: Code | null;
  readonly exitCode: number;
  /** The place in front of the message, and what the message has to name. */
  readonly place?: string;
  readonly names?: readonly string[];
  /** What must never be printed. */
  readonly never?: readonly string[];
  /** For an input that must work: every warning of its start. */
  readonly warns?: readonly Code[];
  /** For an input that must work: shell commands inside the container, and what they print. */
  readonly asks?: ReadonlyArray<readonly [command: string, answer: RegExp]>;
  /**
   * The same on the recorded host, which has the wish's command, variables, files and user: what differs, or null where it cannot be
   * said there.
   */
  readonly twin?: Twin | null;
}

/** A recorded host, and variables that the engine's API cannot carry. */
interface Twin extends World {
  readonly env?: Readonly<Record<string, string>>;
}
