import { type Diagnostic, refuse } from '../diagnostics.ts';
import type { Environment } from '../environment.ts';
import type { Host } from '../host.ts';
import type { Manifest } from '../modules/manifest.ts';

/** What the build put into the executable. */
export interface Build {
  readonly manifests: readonly Manifest[];
  readonly version: string;
  readonly node: string;
}

/** What a command of the tool gets. It returns its exit code, at once or when it has waited, and throws Refusal for a wrong input. */
export interface ToolContext {
  readonly host: Host;
  readonly build: Build;
  readonly args: readonly string[];
  readonly env: Environment;
  readonly tell: (diagnostic: Diagnostic) => void;
}

/** Refuses what a command does not take. */
export function takesNo(rest: readonly string[], usage: string): void {
  const [word] = rest;
  if (word !== undefined)
    throw refuse('VB601', `"${word}" is not expected here`, { hint: `Usage: valkey-bundle ${usage}` });
}
