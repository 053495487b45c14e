import { posix } from 'node:path';
import { architectureOf, type Platform } from '../pipeline/platform.ts';
import { artifactOf, stageOf } from './module-stage.ts';

/** A target of `docker buildx bake`. Paths count from dist, which is where it is run. */
interface BakeTarget {
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string;
  readonly platforms: readonly [Platform];
  readonly output: readonly string[];
  readonly secret?: readonly string[];
  readonly tags?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

export interface BakeFile {
  readonly target: Readonly<Record<string, BakeTarget>>;
}

/** An image that is assembled out of artifacts. */
export interface ImageTarget {
  readonly variant: string;
  readonly platform: Platform;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface BakeInput {
  /** bake/<line>. */
  readonly folder: string;
  readonly line: string;
  readonly modules: readonly string[];
  readonly platforms: readonly Platform[];
  readonly images: readonly ImageTarget[];
}

/** One target an artifact and platform, one for what is in the base, and one an image. */
export function bakeFile({ folder, line, modules, platforms, images }: BakeInput): BakeFile {
  const dockerfile = `${folder}/Dockerfile`;
  const artifacts = platforms.flatMap((platform) => {
    const into = incoming(line, platform);
    return [
      ...modules.map((name): [string, BakeTarget] => [
        targetOf(name, platform),
        {
          context: '.',
          dockerfile,
          target: artifactOf(name),
          platforms: [platform],
          output: [`type=local,dest=${into}/${name}`],
          secret: [`id=jobs,src=${jobsFile(folder, name)}`],
        },
      ]),
      [
        baseTargetOf(platform),
        {
          context: '.',
          dockerfile,
          target: 'base-record',
          platforms: [platform],
          output: [`type=local,dest=${into}/${incomingBase}`],
        },
      ] satisfies [string, BakeTarget],
    ];
  });
  const assembled = images.map(({ variant, platform, tag, labels }): [string, BakeTarget] => {
    const context = imageContext(folder, variant, platform);
    return [
      imageTargetOf(variant, platform),
      {
        context,
        // buildx looks for it from the context.
        dockerfile: posix.relative(context, dockerfile),
        target: 'image',
        platforms: [platform],
        output: ['type=docker'],
        tags: [tag],
        labels,
      },
    ];
  });
  return { target: Object.fromEntries([...artifacts, ...assembled]) };
}

/** Where bake puts what it read in the base: no module has a name like this one. */
export const incomingBase = '_base';

/** What makes the targets of modules compile anew: their stages only, so that toolchains need not be installed again. */
export function anewFile(modules: readonly string[], platforms: readonly Platform[]) {
  const targets = platforms.flatMap((platform) =>
    modules.map((name) => [targetOf(name, platform), { 'no-cache-filter': [stageOf(name)] }] as const),
  );
  return { target: Object.fromEntries(targets) };
}

/** The name of the target that gives a module's artifact. */
export function targetOf(name: string, platform: Platform): string {
  return `${name}-${architectureOf(platform)}`;
}

/** The name of the target that gives what is in the base. The names of modules have no `_`. */
export function baseTargetOf(platform: Platform): string {
  return `base_${architectureOf(platform)}`;
}

/** The name of the target that assembles a variant's image. */
export function imageTargetOf(variant: string, platform: Platform): string {
  return `image_${variant}_${architectureOf(platform)}`;
}

/** Where bake puts what it built, from dist: what lies there is not checked yet, and nobody else reads it. */
export function incoming(line: string, platform: Platform): string {
  return `artifacts/${line}/${architectureOf(platform)}/.incoming`;
}

/** The file with the number of jobs of a module's build, from dist. */
export function jobsFile(folder: string, module: string): string {
  return `${folder}/jobs/${module}`;
}

/** The build context of one image, from dist. */
export function imageContext(folder: string, variant: string, platform: Platform): string {
  return `${folder}/${architectureOf(platform)}/${variant}`;
}
