import { ensureProgram } from './ensure-program.ts';

/**
 * The path of kubectl, which renders kustomizations without a cluster. Always Debian's, so that every machine renders with the same one,
 * whatever is on its PATH.
 */
export function ensureKubectl(): Promise<string> {
  return ensureProgram('kubectl', { package: 'kubectl', suites: ['trixie', 'sid'], file: 'usr/bin/kubectl' });
}
