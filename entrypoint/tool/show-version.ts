import { readBundle } from '../modules/bundle.ts';
import { type ToolContext, takesNo } from './context.ts';

/** `valkey-bundle version`. */
export function showVersion({ host, build, args }: ToolContext): number {
  takesNo(args, 'version');
  const { bundle } = readBundle(host);
  const modules = Object.entries(bundle.modules).map(
    ([name, { version, origin }]) => `${name} ${version} (${origin})\n`,
  );
  host.print(
    'stdout',
    `valkey-bundle ${build.version} (Node ${build.node})\nline ${bundle.line}, Valkey ${bundle.valkey}\n${modules.join('')}`,
  );
  return 0;
}
