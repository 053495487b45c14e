/**
 * What of the project every module's build runs or reads: files, and folders with all that is in them. A test holds it against what
 * build.ts and fetch.ts import.
 */
export const buildInputs: readonly string[] = [
  'docker/builders',
  'modules/schema.ts',
  'package-lock.json',
  'scripts/artifacts',
  'scripts/build',
  'scripts/build.ts',
  'scripts/fetch',
  'scripts/fetch.ts',
  'scripts/graph',
  'scripts/lib/at-once.ts',
  'scripts/lib/files.ts',
  'scripts/lib/hash.ts',
  'scripts/lib/json.ts',
  'scripts/lib/manifest-rules.ts',
  'scripts/lib/module-manifests.ts',
  'scripts/lib/programs.ts',
  'scripts/lib/retry.ts',
  'scripts/lines',
  'scripts/pipeline',
];
