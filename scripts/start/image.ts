import type Docker from 'dockerode';
import { type BundleFile, bundleFile } from '../../modules/schema.ts';
import { loadLine, type ReleaseLine } from '../data/release-line.ts';
import { buildLocalImage } from '../image/local-image.ts';
import { engineStatus } from '../lib/engine.ts';
import { parseJson } from '../lib/files.ts';
import { ownLabel } from '../lib/owner.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { nativePlatform } from '../lib/platform.ts';
import { dockerFolder } from '../lib/registry/credentials.ts';
import { type Repository, readRepository, showRepository } from '../lib/registry/repository.ts';
import { didYouMean } from '../lib/text.ts';
import type { Workspace } from '../lib/workspace.ts';
import { tagsOf } from '../publish/plan.ts';
import { findCosign } from '../supply/cosign.ts';
import { obtainImage as inspectHere } from '../verify/image.ts';
import { BUNDLE_FILE_IN_IMAGE } from './container.ts';
import { buildFromSource } from './from-source.ts';
import type { ImageWish } from './options.ts';
import type { Progress } from './progress.ts';
import { askTag, imageHere, lineImageHere, type PublishedImage, pullPublished, requireSigned } from './published.ts';
import { type BuiltImage, untilAborted } from './start-server.ts';

/** The image that was asked for, as the project's data understand it. */
export type ImageChoice =
  | Readonly<{ kind: 'local' }>
  | Readonly<{ kind: 'line'; line: ReleaseLine; variant: string; build: boolean }>
  | Readonly<{ kind: 'reference'; reference: NamedImage }>;

/**
 * Reads the wish, before anything is done. Throws VP103 for a line that does not exist, with the nearest one, VP407 for
 * a variant that it does not have, VP408 for what is no name of an image. `usual`: the variant of a line that has it
 * and where none is named.
 */
export function chooseImage(workspace: Workspace, wish: ImageWish, usual = 'default'): ImageChoice {
  if (wish.kind === 'local') return wish;
  if (wish.kind === 'reference') return { kind: 'reference', reference: readName(wish.reference) };
  const line = loadLine(workspace, wish.line);
  const variant = wish.variant ?? (line.variants[usual] === undefined ? 'default' : usual);
  if (line.variants[variant] === undefined) {
    const known = Object.keys(line.variants);
    const fix = `${didYouMean(variant, known)}write one of ${known.join(', ')}`;
    throw new PipelineError('VP407', `no variant ${variant}`, { where: `line ${line.line}`, fix });
  }
  return { kind: 'line', line, variant, build: wish.build };
}

interface Means {
  readonly docker: Docker;
  readonly workspace: Workspace;
  readonly env: NodeJS.ProcessEnv;
  /** As the options say it; `key` is an absolute path. */
  readonly trust: Readonly<{ unsigned: boolean; key: string | null }>;
  readonly progress: Progress;
  readonly aborted: AbortSignal;
}

/** Gets the image into the engine: built from packages, pulled and verified, or built from source. */
export async function obtainImage(choice: ImageChoice, means: Means): Promise<BuiltImage> {
  switch (choice.kind) {
    case 'local':
      return await localImage(means);
    case 'reference':
      return await namedImage(choice.reference, means);
    case 'line':
      return await lineImage(choice, means);
  }
}

/** The one image that needs neither an image registry nor GitHub. */
async function localImage({ progress, aborted }: Means): Promise<BuiltImage> {
  const title = 'Building the image, all of it from the Debian archive';
  const { tag, id, record } = await progress.step(title, (say) =>
    untilAborted(buildLocalImage({ report: say }), aborted),
  );
  return { tag, id, notes: record.notes };
}

type LineChoice = Extract<ImageChoice, { kind: 'line' }>;

/** The published image where there is one, or else one that is built here. */
async function lineImage(choice: LineChoice, means: Means): Promise<BuiltImage> {
  const { line, variant, build } = choice;
  const { docker, env, progress } = means;
  if (!build) {
    const repository = readRepository({ setting: env['VALKEY_BUNDLE_REPOSITORY'] });
    const tag = rollingTag(line, variant);
    const wayRound = wayRoundRegistry(line.line, await lineImageHere(docker, line.line, variant));
    const asked = await ask(repository, tag, wayRound, means);
    if (typeof asked !== 'string') return await published(asked, means, line.line);
    const why = asked === 'absent' ? 'has no such image' : 'shows no such image (it is private, or not there)';
    progress.note(`${repository.registry} ${why}`);
  }
  const { tag, id } = await buildFromSource({ ...means, line, variant });
  return { tag, id, notes: [] };
}

/** The tag that goes on with the line, as its file says it. */
function rollingTag(line: ReleaseLine, variant: string): string {
  const tags = tagsOf(line, { valkey: line.valkey ?? '0', date: '00000000' });
  const own = tags.filter((tag) => tag.variant === variant);
  const tag = own.find(({ isVersion }) => !isVersion) ?? own[0];
  if (tag === undefined) throw new Error(`the variant ${variant} of line ${line.line} has no tag`);
  return tag.name;
}

function wayRoundRegistry(line: string, here: string | null): string {
  return [
    'check the network, or take one of these ways',
    ...(here === null ? [] : [`npm start -- --image ${here}    the image of the line that this machine has`]),
    `npm start -- --line ${line} --build    from source: GitHub has to be reached instead, or a mirror of it`,
    'VALKEY_BUNDLE_REPOSITORY=registry/repository npm start -- ...    another registry that has the images',
    'npm start    the line local, from the Debian archive alone',
  ].join('\n    ');
}

function ask(repository: Repository, reference: string, wayRound: string, { env, progress, aborted }: Means) {
  const name = `${showRepository(repository)}${reference.includes(':') ? '@' : ':'}${reference}`;
  const asking = { dockerFolder: dockerFolder(env), aborted };
  return progress.step(`Asking for ${name}`, () => askTag(repository, reference, wayRound, asking));
}

/** Verifies it, pulls it by its digest, and looks what it is. `line`: it has to be of this one. */
async function published(image: PublishedImage, means: Means, line: string | null): Promise<BuiltImage> {
  const { docker, env, trust, progress, aborted } = means;
  const reference = `${showRepository(image.repository)}@${image.digest}`;
  const whose = { ...trust, owner: ownerOf(env), cosign: await findCosign() };
  const note = await progress.step(`Checking the signature of ${image.digest}`, (say) =>
    requireSigned(image, whose, aborted, say),
  );
  const { Id } = await progress.step(`Pulling ${image.name}`, (say) => pullPublished(docker, image, aborted, say));
  const bundle = await requireOurs(docker, Id, image.name);
  if (line !== null && bundle.line !== line)
    throw new PipelineError('VP404', `it is an image of line ${bundle.line}, not of ${line}`, { where: reference });
  return { tag: reference, id: Id, notes: note === null ? [] : [note] };
}

/** The repository on GitHub whose workflow signs: of the same name as the images, where GitHub has these. */
function ownerOf(env: NodeJS.ProcessEnv): string {
  const { registry, name } = readRepository({ setting: env['VALKEY_BUNDLE_REPOSITORY'] });
  return registry === 'ghcr.io' ? name : readRepository({}).name;
}

/** What the engine has under the name; else what the registry has, that the name begins with. */
async function namedImage({ text, source }: NamedImage, means: Means): Promise<BuiltImage> {
  const { docker, aborted, progress } = means;
  if ((await imageHere(docker, text)) !== null) {
    const reference = { kind: 'local', text } as const;
    const { Id } = await inspectHere(docker, { reference, platform: nativePlatform(), aborted, report: progress.note });
    await requireOurs(docker, Id, text);
    return { tag: text, id: Id, notes: [] };
  }
  if (source === null) {
    const names = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
    const fix = `${didYouMean(text, names)}docker image ls shows what is here; npm run image makes valkey-bundle:local`;
    throw new PipelineError('VP634', 'the engine has no such image, and no registry stands in its name', {
      where: text,
      fix,
    });
  }
  const wayRound = 'check the network, or name an image that is here: docker image ls';
  const asked = await ask(source.repository, source.reference, wayRound, means);
  if (typeof asked !== 'string') return await published(asked, means, null);
  const what = asked === 'absent' ? 'the registry has no such image' : 'the registry shows no such image';
  throw new PipelineError('VP634', what, { where: text });
}

/** The name of an image, and what part of it a registry would be asked for. */
interface NamedImage {
  readonly text: string;
  /** Null where no registry stands in front, as in `valkey-bundle:local`. */
  readonly source: { readonly repository: Repository; readonly reference: string } | null;
}

/** Reads `[registry/]name[:tag][@digest]`, or an id. Throws VP408. */
export function readName(text: string): NamedImage {
  const parts =
    /^(?<name>[a-zA-Z0-9[][\w.:[\]/-]*?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/.exec(
      text,
    )?.groups;
  const { name = '', tag = 'latest', digest } = parts ?? {};
  // A colon that is not the tag's belongs to a port, before the first slash.
  if (parts === undefined || name.slice(name.indexOf('/') + 1).includes(':')) {
    const fix =
      'write registry/repository:tag, registry/repository@sha256:..., or the name of an image of this machine';
    throw new PipelineError('VP408', `not the name of an image, got ${JSON.stringify(text)}`, { fix });
  }
  const slash = name.indexOf('/');
  const registry = name.slice(0, Math.max(slash, 0));
  if (registry !== 'localhost' && !/[.:]/.test(registry)) return { text, source: null };
  return { text, source: { repository: repositoryOf(name, text), reference: digest ?? tag } };
}

function repositoryOf(name: string, text: string): Repository {
  try {
    return readRepository({ setting: name });
  } catch (cause) {
    if (!(cause instanceof PipelineError)) throw cause;
    throw new PipelineError('VP408', `no registry/repository, got ${JSON.stringify(name)}`, { where: text, cause });
  }
}

/** What an image says it holds. Throws VP404 where it says nothing of the kind: it is not ours. */
export async function requireOurs(docker: Docker, id: string, where: string): Promise<BundleFile> {
  const text = await fileIn(docker, id, BUNDLE_FILE_IN_IMAGE);
  const read = text === null ? null : parseJson(text, bundleFile);
  if (read?.ok) return read.value;
  const fix = 'name an image of this project: npm start -- --line LINE gets one';
  const what = text === null ? `there is no ${BUNDLE_FILE_IN_IMAGE} in it` : `${BUNDLE_FILE_IN_IMAGE} is not ours`;
  throw new PipelineError('VP404', what, { where, fix });
}

/**
 * The text of a file in an image, null where there is none. Nothing in the image runs: whose it is, is not known yet.
 */
async function fileIn(docker: Docker, image: string, path: string): Promise<string | null> {
  const container = await docker.createContainer({ Image: image, Cmd: ['never-run'], Labels: ownLabel() });
  try {
    const archive = await container.getArchive({ path });
    const chunks: Uint8Array[] = [];
    for await (const chunk of archive) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    const tar = Buffer.concat(chunks);
    // One entry: a header of 512 bytes with the size in octal digits at 124, then the text.
    const size = Number.parseInt(tar.toString('latin1', 124, 136), 8);
    return tar.toString('utf8', 512, 512 + size);
  } catch (error) {
    if (engineStatus(error) === 404) return null;
    throw error;
  } finally {
    await container.remove({ force: true, v: true });
  }
}
