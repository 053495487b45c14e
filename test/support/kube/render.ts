import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseAllDocuments, stringify } from 'yaml';
import { ensureKubectl } from '../../../scripts/lib/programs.ts';
import { paths } from '../../../scripts/lib/workspace.ts';
import { isKubeObject, type KubeObject } from './manifest.ts';

/** The image that the manifests name, and that a test replaces. */
const published = 'ghcr.io/kailas-cloud/valkey-bundle';

/**
 * What a test changes, each by the means that a user has: a kustomization on top, the password's file, the
 * configuration's file.
 */
export interface Changes {
  /** Name and tag, as `kustomize edit set image` would write them. */
  readonly image?: string;
  readonly replicas?: number;
  readonly password?: string;
  /** Lines at the end of valkey.conf. */
  readonly conf?: readonly string[];
  /** VALKEY_EXTRA_FLAGS of the nodes. */
  readonly extraFlags?: string;
  /** Folders of deploy/statefulset/components. */
  readonly components?: readonly string[];
  /** Files that a component leaves to its user, by their path in deploy/statefulset. */
  readonly files?: Readonly<Record<string, string>>;
  /** Images of others, by the name that the manifests give them. */
  readonly otherImages?: Readonly<Record<string, string>>;
  /** Patches as a user writes them: parts of objects that are merged into those of the same kind and name. */
  readonly patches?: readonly object[];
}

/** Renders a folder of deploy/statefulset with `kubectl kustomize`, from a copy in which the changes are made. */
export async function renderStatefulSet(overlay: string, changes: Changes = {}): Promise<KubeObject[]> {
  return inCopy('statefulset', async (copy) => {
    if (changes.password !== undefined) await writeFile(join(copy, 'base/password.txt'), changes.password);
    if (changes.conf !== undefined) await appendFile(join(copy, 'base/valkey.conf'), `${changes.conf.join('\n')}\n`);
    if (changes.replicas !== undefined) await writeCount(join(copy, overlay, 'kustomization.yaml'), changes.replicas);
    for (const [path, text] of Object.entries(changes.files ?? {})) await writeFile(join(copy, path), text);
    const top = join(copy, 'overlays', 'test');
    await mkdir(top, { recursive: true });
    await writeFile(join(top, 'kustomization.yaml'), stringify(kustomization(overlay, changes)));
    return kustomize(top);
  });
}

/**
 * Runs a script where it finds a copy of deploy/statefulset with a password, and renders the overlay that it made
 * there.
 */
export async function renderMade(script: string, overlay: string): Promise<KubeObject[]> {
  const root = await mkdtemp(join(tmpdir(), 'deploy-'));
  try {
    const copy = join(root, 'deploy/statefulset');
    await cp(join(paths.root, 'deploy/statefulset'), copy, { recursive: true });
    await writeFile(join(copy, 'base/password.txt'), 'of the test');
    await execa('sh', ['-ec', script], { cwd: root });
    return await kustomize(join(copy, overlay));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Renders a folder of deploy/ as it is, with the image replaced where one is given. */
export async function renderFolder(folder: string, image?: string): Promise<KubeObject[]> {
  const objects = await kustomize(join(paths.root, 'deploy', folder));
  // The field of a custom resource is none that kustomize's images: would find.
  return image === undefined ? objects : objects.map((object) => withSpecImage(object, image));
}

function withSpecImage(object: KubeObject, image: string): KubeObject {
  if (!('spec' in object) || typeof object.spec !== 'object' || object.spec === null || !('image' in object.spec))
    return object;
  return { ...object, ...{ spec: { ...object.spec, image } } };
}

async function inCopy<T>(folder: string, use: (copy: string) => Promise<T>): Promise<T> {
  const copy = await mkdtemp(join(tmpdir(), 'deploy-'));
  try {
    await cp(join(paths.root, 'deploy', folder), copy, { recursive: true });
    // Passwords that the developer may have written there are none of a test's business.
    for (const file of ['base/password.txt', 'components/metrics/password.txt'])
      await rm(join(copy, file), { force: true });
    return await use(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** The one number, where the README says to change it. */
async function writeCount(file: string, replicas: number): Promise<void> {
  const text = await readFile(file, 'utf8');
  const changed = text.replace(/^( *count:) *\d+$/m, `$1 ${replicas}`);
  if (changed === text && !text.includes(`count: ${replicas}`)) throw new Error(`${file} has no count`);
  await writeFile(file, changed);
}

function kustomization(overlay: string, changes: Changes): object {
  const { image, extraFlags, components = [], otherImages, patches = [] } = changes;
  const images = Object.entries({ ...otherImages, ...(image === undefined ? {} : { [published]: image }) });
  const variable = { name: 'VALKEY_EXTRA_FLAGS', value: extraFlags };
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [`../../${overlay}`],
    ...(components.length === 0 ? {} : { components: components.map((name) => `../../components/${name}`) }),
    ...(images.length === 0 ? {} : { images: images.map(([name, by]) => replacedImage(name, by)) }),
    patches: [
      ...patches.map((patch) => ({ patch: stringify(patch) })),
      ...(extraFlags === undefined
        ? []
        : [
            {
              target: { kind: 'StatefulSet', name: 'valkey' },
              patch: stringify([{ op: 'add', path: '/spec/template/spec/containers/0/env/-', value: variable }]),
            },
          ]),
    ],
  };
}

function replacedImage(name: string, by: string): object {
  const [, newName, newTag] = /^(.*):([^:/]+)$/.exec(by) ?? [];
  return { name, newName, newTag };
}

async function kustomize(folder: string): Promise<KubeObject[]> {
  const { stdout } = await execa(await ensureKubectl(), ['kustomize', folder]);
  return parseAllDocuments(stdout).map((document) => {
    const value: unknown = document.toJS();
    if (!isKubeObject(value)) throw new Error(`kubectl kustomize ${folder} gave something that is no object`);
    return value;
  });
}

/** What the page runs in pods of a name: `<name>-<ordinal>`, and the command as the shell in the pod gets it. */
interface ExecCommand {
  readonly pod: string;
  readonly command: string;
}

/**
 * Every `kubectl exec` of the page in pods `<name>-0` and so on, in blocks and in text, each once. A loop gives one for
 * each of its ordinals.
 */
export function execCommandsOf(page: string, name: string): ExecCommand[] {
  const pattern = new RegExp(String.raw`exec (?:-it? )?${name}-(\d|\$i) -- (sh -c '[^'\n]+'|[^;|\n\x60#]+)`, 'g');
  const found = page.split('\n').flatMap((line) => {
    const ordinals = /for i in ([\d ]+);/.exec(line)?.[1]?.trim().split(' ') ?? [];
    return [...line.matchAll(pattern)].flatMap(([, ordinal = '', command = '']) =>
      (ordinal === '$i' ? ordinals : [ordinal]).map((one) => ({ pod: `${name}-${one}`, command: command.trim() })),
    );
  });
  return [...new Map(found.map((one) => [`${one.pod} ${one.command}`, one])).values()];
}
