import type { BuildRecord } from '../pipeline/records.ts';
import { buildCommand } from './build-command.ts';
import type { PlannedModule } from './build-plan.ts';

/** The part of build.json that is known before the build; docker/builders/finish.sh adds the rest. */
type RecordHead = Omit<BuildRecord, 'toolchain' | 'sha256' | 'size'>;

/** `builderImage`: the base that the toolchain is installed on, as name@digest or name@id. `epoch`: of its source, in seconds. */
export function recordHead(module: PlannedModule, builderImage: string, epoch: number): RecordHead {
  const { name, version, origin, tag, commit, licence, build, file, dependencies } = module;
  if (version === null || tag === null) throw new Error(`${name} is not resolved: requireResolved comes first`);
  return {
    module: name,
    version,
    origin,
    tag,
    commit,
    licence,
    builder: build.builder,
    builderImage,
    command: buildCommand(build),
    environment: { SOURCE_DATE_EPOCH: String(epoch), ...build.environment },
    dependencies: [
      ...dependencies.map(({ name: dependency, repository, commit: pinned, ref, licence: its }) => ({
        name: dependency,
        origin: repository,
        version: pinned === null ? ref : `${ref} ${pinned}`,
        licence: its,
        pinned: pinned !== null,
      })),
      ...build.floating.map(({ name: floating, why }) => ({
        name: floating,
        origin: why,
        version: 'as found',
        pinned: false,
      })),
    ],
    file,
  };
}
