import type { Code } from './diagnostics/catalogue.ts';
import type { Details } from './diagnostics.ts';
import type { Reader } from './host.ts';
import type { Invocation } from './invocation.ts';
import type { Bundle } from './modules/manifest.ts';
import { absolute } from './path.ts';

/** The program to become: an absolute path, executed as it is named and never resolved through links. */
export interface Program {
  readonly path: string;
}

/**
 * The server behind a name: a bare name, the launcher's own, or a path that leads to the launcher itself, means the image's real server; any other path
 * means that binary (a link may lead to valkey-check-rdb, which looks at its name). Reports VB501 or VB502.
 */
export function resolveServer(
  host: Reader,
  { name, isOwnName }: Invocation & { readonly kind: 'server' },
  bundle: Bundle,
  report: (code: Code, message: string, details: Details) => void,
): Program {
  const path =
    isOwnName || !name.includes('/') || host.realFile(absolute(name, host.cwd)) === host.self
      ? bundle.server
      : absolute(name, host.cwd);
  const found = host.findExecutable(path);
  if (found.kind === 'missing') report('VB501', `${path} does not exist`, NAMED);
  if (found.kind === 'denied') report('VB502', `${path}: ${found.why}`, NAMED);
  return { path };
}

/** The program's name is the first element of the command. */
export const NAMED: Details = { at: { kind: 'argument', index: 0 } };
