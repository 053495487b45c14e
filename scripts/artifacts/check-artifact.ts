import type { Architecture } from '../pipeline/platform.ts';
import type { ProblemCode } from '../problems/catalogue.ts';
import { NotSharedObject } from './elf.ts';
import { readSharedObject, type SharedObject } from './shared-object.ts';

/** What a module needs of the base that it is to run on. */
export interface BaseLibraries {
  /** Sonames that the dynamic linker finds. */
  readonly libraries: readonly string[];
  /** Soname to the versions that the library defines; empty for one without versions. */
  readonly symbolVersions: Readonly<Record<string, readonly string[]>>;
}

/** One reason why the server would not load the file: a sentence about it, without its name. */
export interface ArtifactProblem {
  readonly code: Extract<ProblemCode, 'VP303' | 'VP304' | 'VP305' | 'VP306' | 'VP307'>;
  readonly what: string;
}

export interface CheckedArtifact {
  readonly problems: readonly ArtifactProblem[];
  /** Missing where the file could not be read. */
  readonly object?: SharedObject;
}

/** e_machine of each architecture, from the ELF specification's list. */
const machines: Readonly<Record<Architecture, number>> = { amd64: 62, arm64: 183 };

const onLoad = ['ValkeyModule_OnLoad', 'RedisModule_OnLoad'] as const;

/** Checks that a server on this base would load the file. Pure; every problem is listed. */
export function checkArtifact(bytes: Buffer, architecture: Architecture, base: BaseLibraries): CheckedArtifact {
  try {
    const object = readSharedObject(bytes);
    const problems = [
      ...wrongMachine(object, architecture),
      ...missingOnLoad(object),
      ...missingLibraries(object, base),
      ...missingVersions(object, base),
    ];
    return { object, problems };
  } catch (error) {
    if (!(error instanceof NotSharedObject)) throw error;
    return { problems: [{ code: 'VP307', what: `is not a shared library that can be loaded: ${error.message}` }] };
  }
}

function wrongMachine({ machine }: SharedObject, architecture: Architecture): ArtifactProblem[] {
  if (machine === machines[architecture]) return [];
  const known = Object.entries(machines).find(([, number]) => number === machine)?.[0] ?? `ELF machine ${machine}`;
  return [{ code: 'VP303', what: `is for ${known}, and the platform is ${architecture}` }];
}

function missingOnLoad({ exported }: SharedObject): ArtifactProblem[] {
  if (onLoad.some((name) => exported.includes(name))) return [];
  return [{ code: 'VP304', what: `exports neither ${onLoad.join(' nor ')}` }];
}

function missingLibraries({ needed }: SharedObject, { libraries }: BaseLibraries): ArtifactProblem[] {
  return needed
    .filter((library) => !libraries.includes(library))
    .map((library) => ({ code: 'VP305', what: `needs ${library}, which the base does not have` }));
}

/** A version that is not defined: most often GLIBC_ or GLIBCXX_ of a newer Debian. A library without versions is not asked. */
function missingVersions({ versions }: SharedObject, { symbolVersions }: BaseLibraries): ArtifactProblem[] {
  return Object.entries(versions).flatMap(([library, wanted]) => {
    const defined = symbolVersions[library];
    if (defined === undefined || defined.length === 0) return [];
    return wanted
      .filter((version) => !defined.includes(version))
      .map(
        (version): ArtifactProblem => ({
          code: 'VP306',
          what: `needs ${version} of ${library}, which is older in the base`,
        }),
      );
  });
}
