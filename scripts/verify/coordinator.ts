import { variableName } from '../../entrypoint/text/names.ts';
import type { ModuleManifest } from '../../modules/schema.ts';
import type { Group } from './lab.ts';
import { CheckFailed, CheckNotRun, require } from './report.ts';
import { type Server, withCluster } from './server.ts';
import { layout } from './subject.ts';

/** Search across the shards of a real cluster. Only where the module is the real one: built from a commit. */
export const knn: Group = async ({ subject, containers, recorder }) => {
  await recorder.check('coordinator: KNN finds the documents of every shard', async () => {
    const [capability] = portCapabilities(subject.expected.manifests);
    if (capability === undefined) throw new CheckNotRun('no module of the line has a coordinator');
    const { module, manifest, flag } = capability;
    if (subject.bundle?.modules[module]?.commit === undefined) {
      throw new CheckNotRun(`no real module: bundle.json names no commit that ${module} was built from`);
    }
    const env = { [`${manifest.env ?? variableName(manifest.file)}_MODULE_ARGS`]: flag };
    return withCluster(containers, { env }, 3, ([node]) => {
      if (node === undefined) throw new CheckFailed('a cluster of no nodes');
      return knnAcrossShards(node);
    });
  });
};

/**
 * Runs the image's own `cluster verify-coordinator` in a node: an index made there is on all nodes, and a KNN query to
 * each primary finds the documents of all shards. Gives what it saw. Throws CheckFailed, and CheckNotRun where the
 * module is the tests' stand-in.
 */
export async function knnAcrossShards(node: Pick<Server, 'exec'>): Promise<string> {
  const { exitCode, stdout, stderr } = await node.exec([layout.tool, 'cluster', 'verify-coordinator']);
  const problem = stderr.trim();
  require(exitCode === 0, () => `cluster verify-coordinator ended with ${exitCode}: ${problem}`);
  if (/ VB735: /.test(problem)) throw new CheckNotRun('the search module is a stand-in, which does not search');
  require(problem === '', () => `cluster verify-coordinator warns: ${problem}`);
  require(stdout.includes('a KNN query'), () => `cluster verify-coordinator did not search: ${stdout.trim()}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/^ok +/, ''))
    .join('; ');
}

/** A port that a module opens once it gets a flag: what its manifest says, with the option `use-<name of the port>`. */
interface PortCapability {
  readonly module: string;
  readonly manifest: ModuleManifest;
  readonly flag: string;
  /** Added to the server's port. */
  readonly offset: number;
}

/** The modules whose manifest has such a port. */
export function portCapabilities(manifests: readonly ModuleManifest[]): PortCapability[] {
  return manifests.flatMap((manifest) =>
    manifest.ports.flatMap(({ name, offset }) => {
      const option = `use-${name}`;
      if (manifest.loadArgs.options[option]?.type !== 'flag') return [];
      return [{ module: manifest.name, manifest, flag: `--${option}`, offset }];
    }),
  );
}
