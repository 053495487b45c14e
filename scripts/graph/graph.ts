import { jsonText } from '../lib/json.ts';
import type { Platform } from '../pipeline/platform.ts';
import { anewFile, type BakeFile, bakeFile, type ImageTarget } from './bake.ts';
import type { BuildPlan, PlannedModule } from './build-plan.ts';
import { reads, run } from './dockerfile.ts';
import { cargoLockFile, moduleStages, type PlacedSource, recordFile } from './module-stage.ts';
import { recordHead } from './record-head.ts';
import { toolchainStages, toolchainsOf } from './toolchains.ts';

export interface GraphInput {
  readonly plan: BuildPlan;
  readonly platforms: readonly Platform[];
  /** What FROM names, and how build.json calls it. */
  readonly base: { readonly from: string; readonly name: string };
  readonly sources: Readonly<Record<string, PlacedSource>>;
  /** The text of docker/image.Dockerfile. */
  readonly imageDockerfile: string;
  readonly images: readonly ImageTarget[];
  /** Where it is written, from dist; by default bake/<line>. */
  readonly folder?: string;
}

/** One line's build: a Dockerfile, the targets that buildx is asked for, and the records that its stages read. Paths count from dist. */
export interface Graph {
  /** bake/<line>: where all of it is written. */
  readonly folder: string;
  readonly dockerfile: string;
  readonly bake: BakeFile;
  /** Read beside it where nothing is to come out of a cache. */
  readonly anew: ReturnType<typeof anewFile>;
  /** What the stages read beside sources and builders: path below the folder, and text. */
  readonly files: Readonly<Record<string, string>>;
  /** Module to the text of all that its artifact is made by, beside source and builders: the same text and source give the same. */
  readonly recipes: Readonly<Record<string, string>>;
}

/**
 * The whole build of a line as data. It has to build with the BuildKit of Docker 20.10 and without a registry: no `# syntax` line, no
 * heredocs, no --link, no named contexts. Nothing in it changes from run to run.
 */
export function buildGraph(input: GraphInput): Graph {
  const { plan, platforms, base, sources, imageDockerfile, images, folder = `bake/${plan.line}` } = input;
  const files = folder;
  const toolchains = toolchainsOf(plan.modules);
  const first = baseStage(base.from);
  const compilers = toolchainStages(toolchains, files);
  const shared = compilers[0] ?? '';
  const sourceOf = (name: string): PlacedSource => {
    const source = sources[name];
    if (source !== undefined) return source;
    throw new Error(`no source of ${name} was given`);
  };
  const built = plan.modules.map((module) => {
    const index = toolchains.findIndex(({ modules }) => modules.includes(module.name));
    const toolchain = toolchains[index]?.stage ?? 'toolchain';
    const source = sourceOf(module.name);
    const stages = moduleStages(module, toolchain, source, files);
    // The name of a toolchain tells who shares it, which changes nothing for those who do.
    const stagesText = [first, shared, compilers[index + 1] ?? '', ...stages].join('\n');
    const own = filesOf(module, source, base.name);
    const recipe = [stagesText.replaceAll(toolchain, 'toolchain'), ...Object.values(own)].join('\n');
    return { module, stages, own, recipe };
  });
  const stages = [
    first,
    ...compilers,
    ...built.flatMap((one) => one.stages),
    ...baseRecordStages(files),
    imageStage(imageDockerfile),
  ];
  const names = plan.modules.map(({ name }) => name);
  return {
    folder,
    dockerfile: `${stages.join('\n\n')}\n`,
    bake: bakeFile({ folder, line: plan.line, modules: names, platforms, images }),
    anew: anewFile(names, platforms),
    files: Object.assign({}, ...built.map(({ own }) => own)),
    recipes: Object.fromEntries(built.map(({ module, recipe }) => [module.name, recipe])),
  };
}

function filesOf(
  module: PlannedModule,
  { epoch, cargoLock }: PlacedSource,
  builderImage: string,
): Record<string, string> {
  const record = recordHead(module, builderImage, epoch);
  return {
    [recordFile(module.name)]: jsonText(record),
    ...(cargoLock !== undefined && { [cargoLockFile(module.name)]: cargoLock }),
  };
}

/** Where the graph of a line's images is written, from dist: beside that of its modules, which may be another selection. */
export function imageFolder(line: string): string {
  return `bake/${line}/image`;
}

/** The base, under the name that every other stage uses. `from` is a digest, or an image that only this engine has. */
function baseStage(from: string): string {
  return `FROM ${from} AS base`;
}

/** What is in the base, read inside it with the tools of the toolchain: nothing is installed in the base for it. */
function baseRecordStages(files: string): string[] {
  return [
    [
      'FROM toolchain AS base-reading',
      run(
        ['sh', '/build/base-record.sh'],
        [
          reads(`${files}/builders/base-record.sh`, '/build/base-record.sh'),
          { type: 'bind', from: 'base', source: '/', target: '/base' },
        ],
      ),
    ].join('\n'),
    ['FROM scratch AS base-record', 'COPY --from=base-reading /out/ /'].join('\n'),
  ];
}

/** What stands in docker/image.Dockerfile before what a line's image shares with it, and where its modules belong. */
const head = /^(#.*\n)*ARG BASE\nFROM \$\{BASE\}\n/;
const place = '# A line that is built from source adds its modules here: scripts/graph/graph.ts.\n';

/**
 * The stage of a line's image: docker/image.Dockerfile itself, with the modules that were built. What an image is made of is written once.
 * Its context is a folder of its own, laid out by layOutImage. Variants differ in bundle.json and labels, so they share the other layers.
 */
export function imageStage(imageDockerfile: string): string {
  if (!head.test(imageDockerfile) || !imageDockerfile.includes(place))
    throw new Error('docker/image.Dockerfile no longer begins with ARG BASE and FROM, or has no place for modules');
  const modules = [
    'COPY --chmod=0755 modules/ /usr/lib/valkey/',
    'COPY licences/ /usr/share/doc/valkey-bundle/',
    'COPY --chmod=0644 sbom.cdx.json /usr/local/share/valkey-bundle/sbom.cdx.json',
    '',
  ].join('\n');
  return imageDockerfile.replace(head, 'FROM base AS image\n').replace(place, modules).trimEnd();
}
