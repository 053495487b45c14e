import * as z from 'zod';
import { type BundleFile, bundleFile } from '../../modules/schema.ts';
import { upstreamVersion } from '../data/version.ts';
import { parseJson } from '../lib/files.ts';
import { sbomProblems } from '../supply/sbom.ts';
import type { FileFact, ImageFacts } from './facts.ts';
import { CheckFailed, CheckNotRun, type Recorder, require, requireSame } from './report.ts';
import { type Expected, isPackagedOnly, layout, type Subject } from './subject.ts';

/** Checks what needs no server: files, configuration, labels, bundle.json, components. Gives what bundle.json says. */
export async function checkStructure(
  recorder: Recorder,
  facts: ImageFacts,
  subject: Omit<Subject, 'bundle'>,
): Promise<Subject> {
  let bundle: Subject['bundle'] = null;
  await recorder.check('bundle.json: is valid', () => {
    bundle = readBundle(facts.bundle);
    return `version ${bundle.version}`;
  });
  const whole: Subject = { ...subject, bundle };
  for (const [name, rule] of Object.entries(fileRules)) await recorder.check(name, () => rule(facts, subject.expected));
  for (const [name, rule] of Object.entries(configRules)) await recorder.check(name, () => rule(whole));
  const { bundle: valid } = whole;
  if (valid !== null) {
    for (const [name, rule] of Object.entries(bundleRules))
      await recorder.check(name, () => rule({ ...whole, bundle: valid }));
  }
  await recorder.check('sbom: is valid and names what bundle.json names', () => checkSbom(facts, whole));
  return whole;
}

type FileRule = (facts: ImageFacts, expected: Expected) => string;

/** The files that have to be there, by the name of the check. Each gives what was seen, or throws CheckFailed. */
export const fileRules: Readonly<Record<string, FileRule>> = {
  'structure: exactly the modules of the line are there': ({ files }, { manifests }) => {
    const wanted = manifests.map(({ file }) => `${layout.modules}/${file}`).sort();
    const there = [...files.keys()].filter((path) => path.startsWith(`${layout.modules}/`)).sort();
    requireSame(`what is in ${layout.modules}`, there, wanted);
    return wanted.join(', ');
  },
  'structure: modules have mode 0755 and belong to root': ({ files }, { manifests }) => {
    for (const { file } of manifests) requireFile(files, `${layout.modules}/${file}`, '755');
    return `${manifests.length} modules`;
  },
  'structure: the launcher has its names, on every folder of PATH': ({ files, leadsTo }) => {
    requireFile(files, layout.launcher, '755');
    requireFile(files, layout.tool, '755');
    for (const name of layout.launcherNames) {
      const path = `/usr/local/bin/${name}`;
      requireSame(`what ${path} leads to`, leadsTo.get(path), layout.launcher);
    }
    for (const [path, target] of leadsTo) requireSame(`what ${path} leads to`, target, layout.launcher);
    return [...leadsTo.keys()].join(', ');
  },
  'structure: the real server stands outside of PATH': ({ files }) => {
    requireFile(files, layout.server, '755');
    return layout.server;
  },
  'structure: data and run directories are open to every uid': ({ files }) => {
    for (const path of layout.openFolders) {
      const found = files.get(path) ?? missing(path);
      requireSame(`type and mode of ${path}`, [found.type, found.mode], ['d', '1777']);
    }
    return layout.openFolders.join(', ');
  },
  'structure: no build tools are left': ({ tools }) => {
    require(tools.length === 0, () => `found ${tools.join(', ')}`);
    return `none of ${layout.buildTools.length}`;
  },
  'doctor: finds nothing wrong': ({ doctor }) => {
    require(doctor.exitCode === 0, () => `exit code ${doctor.exitCode}: ${oneLine(doctor.text)}`);
    return `${doctor.text.split('\n').length} lines`;
  },
};

function requireFile(files: ImageFacts['files'], path: string, mode: string): void {
  const { type, mode: has, uid, gid } = files.get(path) ?? missing(path);
  requireSame(`type, mode and owner of ${path}`, [type, has, uid, gid], ['f', mode, 0, 0]);
}

function missing(path: string): FileFact {
  throw new CheckFailed(`${path} is missing`);
}

function oneLine(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('ok '))
    .join(' | ');
}

type ConfigRule = (subject: Subject) => string;

const { config } = layout;
const source = 'https://github.com/kailas-cloud/valkey-bundle';
const title = 'org.opencontainers.image.';

/** The values that the image's configuration has to have, by the name of the check. */
export const configRules: Readonly<Record<string, ConfigRule>> = {
  'structure: USER is numeric': ({ image }) => same('USER', image.Config.User, config.User),
  'structure: ENTRYPOINT': ({ image }) => same('ENTRYPOINT', image.Config.Entrypoint, config.Entrypoint),
  'structure: CMD': ({ image }) => same('CMD', image.Config.Cmd, config.Cmd),
  'structure: WORKDIR': ({ image }) => same('WORKDIR', image.Config.WorkingDir, config.WorkingDir),
  'structure: EXPOSE': ({ image }) => same('EXPOSE', image.Config.ExposedPorts, config.ExposedPorts),
  'structure: HEALTHCHECK': ({ image }) => same('HEALTHCHECK', image.Config.Healthcheck?.Test, config.Healthcheck),
  'structure: nothing is set in the environment but PATH': ({ image }) => {
    const names = (image.Config.Env ?? []).map((entry) => entry.split('=')[0] ?? '');
    // Official images set variables for their own build; the project's defaults stand in bundle.json.
    const ours = names.filter((name) =>
      /(_MODULE_ARGS|^VALKEY_(MODULES|EXTRA_FLAGS|PASSWORD.*)|^MODULE_DIR|^DEBUG)$/.test(name),
    );
    require(ours.length === 0, () => `the image sets ${ours.join(', ')}`);
    return names.join(', ');
  },
  'labels: say what the image is': ({ image, bundle }) => {
    const labels: Readonly<Record<string, string>> = image.Config.Labels ?? {};
    for (const name of ['title', 'description', 'licenses', 'version']) {
      require((labels[`${title}${name}`] ?? '') !== '', () => `${title}${name} is missing`);
    }
    requireSame(`${title}source`, labels[`${title}source`], source);
    const [version = '', valkey] = [labels[`${title}version`], bundle?.valkey];
    require(valkey === undefined || version.startsWith(valkey), () =>
      `${title}version is ${version}, the server is ${valkey}`);
    const revision = labels[`${title}revision`];
    require(revision === undefined || /^[0-9a-f]{40}(-dirty)?$/.test(revision), () =>
      `${title}revision is ${revision}`);
    return `version ${version}, revision ${revision ?? 'not said'}`;
  },
};

function same(what: string, got: unknown, wanted: unknown): string {
  requireSame(what, got, wanted);
  return JSON.stringify(wanted);
}

/** bundle.json as it stands in the image. Throws CheckFailed with every field that is wrong. */
export function readBundle(text: string | null): BundleFile {
  if (text === null) throw new CheckFailed(`${layout.bundle} is missing`);
  const read = parseJson(text, bundleFile);
  if (read.ok) return read.value;
  throw new CheckFailed(`${layout.bundle}: ${read.what.replaceAll('\n', ' ')}`);
}

type BundleRule = (subject: Subject & { readonly bundle: BundleFile }) => string;

/** bundle.json against the line and the lock, by the name of the check. */
export const bundleRules: Readonly<Record<string, BundleRule>> = {
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

const property = z.looseObject({ name: z.string(), value: z.string() });
const component = z.looseObject({
  'bom-ref': z.string(),
  version: z.string().optional(),
  hashes: z.array(z.looseObject({ alg: z.string(), content: z.string() })).default([]),
  properties: z.array(property).default([]),
});
const document = z.looseObject({
  metadata: z.looseObject({ component }),
  components: z.array(component),
});

/**
 * The image's list of components is valid, and about this image: its line, platform, and each module with version,
 * commit and the hash of the file that is there.
 */
export async function checkSbom(
  { sbom: text, hashes }: Pick<ImageFacts, 'sbom' | 'hashes'>,
  { bundle, image, expected }: Subject,
): Promise<string> {
  if (text === null) {
    if (isPackagedOnly(bundle))
      throw new CheckNotRun('made of binary packages: nothing was built, dpkg lists what is in it');
    throw new CheckFailed(`${layout.sbom} is missing`);
  }
  const problems = await sbomProblems(text);
  require(problems.length === 0, () => problems.slice(0, 5).join('; '));
  const { metadata, components } = document.parse(JSON.parse(text));
  requireSame('architecture', propertyOf(metadata.component, 'architecture'), image.Architecture);
  if (bundle !== null) {
    requireSame('line', propertyOf(metadata.component, 'line'), bundle.line);
    requireSame('version of the server', metadata.component.version, bundle.valkey);
    for (const [name, { version, commit, origin }] of Object.entries(bundle.modules)) {
      const found = components.find((entry) => entry['bom-ref'] === `module:${name}`);
      if (found === undefined) throw new CheckFailed(`it does not name the module ${name}`);
      // A binary package is listed with its own version, the way scanners know it.
      const listed = origin.startsWith('Debian package ') ? upstreamVersion(found.version ?? '') : found.version;
      requireSame(`version and commit of ${name}`, [listed, propertyOf(found, 'commit')], [version, commit ?? null]);
      // Of a binary package the hash is the package's: dpkg knows those of its files.
      const hash = found.hashes.find(({ alg }) => alg === 'SHA-256')?.content;
      const file = expected.manifests.find((manifest) => manifest.name === name)?.file ?? '';
      if (hash !== undefined) requireSame(`hash of ${file}`, hashes.get(`${layout.modules}/${file}`), hash);
      else require(origin.startsWith('Debian package '), () => `it has no hash of ${file}`);
    }
  }
  return `${components.length} components`;
}

function propertyOf({ properties }: z.infer<typeof component>, name: string): string | null {
  return properties.find((entry) => entry.name === `valkey-bundle:${name}`)?.value ?? null;
}
