import * as z from 'zod';

/** `memory` is an integer that may have a unit (64mb); `boolean` knows yes and no, or the words that `values` lists. */
const optionType = z.enum(['flag', 'integer', 'number', 'boolean', 'memory', 'enum', 'string']);

/**
 * One load argument that a module documents. `flag` takes no value; `config` is the directive that sets the same thing.
 */
const loadOption = z.strictObject({
  type: optionType,
  min: z.number().optional(),
  max: z.number().optional(),
  values: z
    .array(z.string())
    .optional()
    .describe('accepted words of an enum, or of a boolean that knows more than yes and no'),
  default: z.union([z.string(), z.number()]).optional(),
  config: z.string().optional().describe('full name of the configuration directive, for example search.reader-threads'),
  since: z.string().optional().describe('first module version line (major.minor) that knows the option'),
  secret: z.boolean().optional().describe('never shown, never in argv'),
});

const loadArgs = z.strictObject({
  style: z
    .enum(['flags', 'pairs', 'config', 'plain'])
    .describe(
      'flags: --name value; pairs: name value; config: directives instead of load arguments; plain: as they are',
    ),
  configPrefix: z.string().optional().describe('what stands before the dot of its directives'),
  directivesWin: z
    .boolean()
    .optional()
    .describe('the module hears a directive over the argument for the same thing; otherwise the argument counts'),
  ignoreCase: z.boolean().optional().describe('option names are compared without case'),
  completeFor: z
    .array(z.string())
    .optional()
    .describe(
      'version lines (major.minor) for which the list of options is complete: only there is an unknown name reported',
    ),
  options: z.record(z.string(), loadOption).default({}),
});

const smokeCommand = z.strictObject({
  command: z.array(z.string()).min(1),
  reply: z.string().optional().describe('text that the reply must contain'),
});

/** A release, or the first of a version line. */
const release = z.string().regex(/^\d+\.\d+(\.\d+)?$/);

/**
 * A repository that the build clones while it runs. Where releases of a module ask for it in different ways it stands
 * once for each, and `since` and `below` say which is whose.
 */
const buildDependency = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  repository: z.url(),
  ref: z
    .string()
    .describe(
      "what the build asks for: a tag, a commit, or the branch that it floats on. {valkey} is the version of the line's server, {valkey-line} its first two numbers, which is also the name of its branch",
    ),
  licence: z.string(),
  pin: z
    .enum(['tag', 'commit'])
    .describe(
      'tag: upstream names a tag or a commit itself; commit: upstream floats on a branch, and lock.json holds the commit that is given to it',
    ),
  since: release.optional().describe('first release or version line of the module whose build clones it so'),
  below: release.optional().describe('first release or version line whose build does not any more'),
});

const part = z
  .string()
  .regex(/^(tree|dependencies|cargo\/vendor)\/[^/]/)
  .describe(
    'a place in the folder of the source, or a pattern: dependencies/grpc/third_party/{zlib,re2}, cargo/vendor/libc',
  );

const partVersions = {
  since: release.optional().describe('first release or version line of the module that has it'),
  below: release.optional().describe('first release or version line of the module that no longer has it'),
};

/** What the fetched source does not say by itself about the parts of others that are linked into the module. */
const linkedParts = z.strictObject({
  folders: z
    .array(z.string())
    .default(['third_party'])
    .describe('folders of a repository that hold one folder for each project of others'),
  leaveOut: z
    .array(z.strictObject({ parts: z.array(part).min(1), why: z.string().min(1), ...partVersions }))
    .default([])
    .describe('parts that are in the source and not in the module, with what is below them'),
  about: z
    .array(
      z.strictObject({
        part,
        name: z.string().optional().describe('if it is not the last word of its place'),
        licence: z.string().optional().describe('SPDX expression, where the part has no machine-readable one'),
        texts: z
          .array(z.string().regex(/^(\.|tree|dependencies|cargo\/vendor)\/[^/]/))
          .min(1)
          .optional()
          .describe(
            'files with its licence, where it keeps none: places in the source, or ./FILE beside this manifest',
          ),
        ...partVersions,
      }),
    )
    .default([]),
});

/** Facts about a module's build that the pipeline needs beside its Dockerfile. */
export const moduleBuild = z.strictObject({
  memoryPerJob: z.int().positive().default(512).describe('MiB that one job of the compiler needs'),
  disk: z
    .int()
    .positive()
    .default(1024)
    .describe('MiB that sources and build are allowed on a disk: with less npm start does not begin it'),
  dependencies: z.array(buildDependency).default([]),
  cargoLock: z
    .literal('kept')
    .optional()
    .describe(
      'the repository has no Cargo.lock: npm run resolve writes modules/<name>/Cargo-<tag>.lock, where cargo is on the PATH',
    ),
  floating: z
    .array(z.strictObject({ name: z.string(), why: z.string() }))
    .default([])
    .describe('what the build takes from the net as it finds it: named in the SBOM'),
  linked: linkedParts.prefault({}).describe('parts of others in the module: their licences go into the image'),
});

/** modules/<name>/module.yaml: everything the project knows about one module. */
export const moduleManifest = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  repository: z.url(),
  licence: z.string(),
  file: z.string().regex(/^[^/]+\.so$/),
  loadName: z.string().describe('the name in MODULE LIST'),
  env: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/)
    .optional()
    .describe('prefix of the _MODULE_ARGS variable, if not derived from the file'),
  build: moduleBuild
    .optional()
    .describe('missing: the module is not built here; how it is built stands in its Dockerfile'),
  loadArgs,
  loadAfter: z.array(z.string()).default([]),
  requires: z
    .strictObject({
      cpu: z
        .partialRecord(z.enum(['x64', 'arm64']), z.array(z.string()))
        .optional()
        .describe('CPU flags by architecture'),
      valkey: z.record(z.string(), z.string()).optional().describe('module version line -> minimum server version'),
    })
    .default({}),
  ports: z
    .array(
      z.strictObject({
        name: z.string(),
        offset: z.int().describe('what is added to the server port'),
        option: z.string().optional().describe('the flag that opens it; open with the module unless said'),
        note: z.string(),
      }),
    )
    .default([]),
  smoke: z.array(smokeCommand).default([]),
});

/** bundle.json in the image: what the image holds, and its defaults. */
export const bundleFile = z.strictObject({
  version: z.literal(1),
  line: z.string(),
  valkey: z.string(),
  server: z.string().describe('absolute path of the real valkey-server'),
  user: z.string().describe('the user that the server runs as when the container starts as root'),
  modules: z.record(
    z.string(),
    z.strictObject({ version: z.string(), commit: z.string().optional(), origin: z.string() }),
  ),
  defaults: z.strictObject({
    moduleArgs: z.array(
      z.strictObject({ module: z.string(), args: z.string(), when: z.record(z.string(), z.string()).default({}) }),
    ),
    directives: z.array(
      z.strictObject({ name: z.string(), value: z.string(), when: z.record(z.string(), z.string()).optional() }),
    ),
  }),
});

export type ModuleManifest = z.infer<typeof moduleManifest>;
export type ModuleBuild = z.infer<typeof moduleBuild>;
export type LinkedParts = z.infer<typeof linkedParts>;
export type BundleFile = z.infer<typeof bundleFile>;
