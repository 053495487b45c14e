import { type BundleFile, bundleFile } from '../../../modules/schema.ts';
import { upstreamVersion } from '../../data/version.ts';
import { parseJson } from '../../lib/json.ts';
import { layout } from '../layout.ts';
import { CheckFailed, CheckNotRun, requireSame } from '../outcome.ts';
import { isPackagedOnly, type Subject } from '../subject.ts';

/** bundle.json as it stands in the image. Throws CheckFailed with every field that is wrong. */
export function readBundle(text: string | null): BundleFile {
  if (text === null) throw new CheckFailed(`${layout.bundle} is missing`);
  const read = parseJson(text, bundleFile);
  if (read.ok) return read.value;
  throw new CheckFailed(`${layout.bundle}: ${read.what.replaceAll('\n', ' ')}`);
}

type Rule = (subject: Subject & { readonly bundle: BundleFile }) => string;

/** bundle.json against the line and the lock, by the name of the check. */
export const bundleRules: Readonly<Record<string, Rule>> = {
  'bundle.json: names the line, server, user and modules': ({ bundle, expected }) => {
    requireSame('line', bundle.line, expected.line.line);
    requireSame('server', bundle.server, layout.server);
    requireSame('user', bundle.user, layout.user);
    const modules = Object.keys(expected.line.modules).sort();
    requireSame('modules', Object.keys(bundle.modules).sort(), modules);
    return `line ${bundle.line}: ${modules.join(', ')}`;
  },
  'bundle.json: has the defaults of the variant': ({ bundle, expected: { line, variant } }) => {
    requireSame('defaults', bundle.defaults, line.variants[variant]?.defaults);
    const { moduleArgs, directives } = bundle.defaults;
    return `${variant}: ${[...moduleArgs.map(({ args }) => args), ...directives.map(({ name }) => name)].join(', ') || 'none'}`;
  },
  'bundle.json: has the versions and commits of the lock': ({ bundle, expected: { line, locked } }) => {
    if (line.valkey !== undefined) requireSame('valkey', bundle.valkey, line.valkey);
    for (const [name, { tag }] of Object.entries(line.modules)) {
      if (tag !== undefined) requireSame(`version of ${name}`, bundle.modules[name]?.version, tag);
    }
    if (isPackagedOnly(bundle))
      throw new CheckNotRun('made of binary packages: it has what the archive had, not what the lock names');
    if (locked === null) throw new CheckNotRun('the line is in no lock');
    if (locked.base.kind === 'debian')
      requireSame('valkey', bundle.valkey, upstreamVersion(locked.base.valkey.version));
    for (const [name, source] of Object.entries(locked.modules)) {
      const { version, commit } = bundle.modules[name] ?? {};
      if (source.kind === 'git')
        requireSame(`version and commit of ${name}`, [version, commit], [source.tag, source.commit]);
      else requireSame(`version of ${name}`, version, upstreamVersion(source.version));
    }
    return Object.entries(bundle.modules)
      .map(([name, { version }]) => `${name} ${version}`)
      .join(', ');
  },
};
