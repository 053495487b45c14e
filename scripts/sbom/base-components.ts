import type { ComponentFacts } from './component.ts';
import type { SbomInputs } from './inputs.ts';
import { debianPurl, imagePurl, sourcePurl } from './purl.ts';

const server = { name: 'valkey', repository: 'https://github.com/valkey-io/valkey', licence: 'BSD-3-Clause' } as const;

/** The base image, the server where no Debian package brings it, and the Debian packages. */
export function baseComponents({ base, lockedBase }: Pick<SbomInputs, 'base' | 'lockedBase'>): {
  readonly image: ComponentFacts;
  readonly parts: readonly ComponentFacts[];
} {
  const { reference, digest, valkey, glibc, packages } = base;
  const image: ComponentFacts = {
    key: `base:${reference}`,
    type: 'container',
    name: reference.replace(/@.*$/, ''),
    version: digest ?? undefined,
    purl: digest === null ? undefined : imagePurl(reference, digest),
    description: digest === null ? 'Minimal Debian, made here from the packages listed below' : undefined,
    properties: { glibc, pinned: 'true', suite: lockedBase?.kind === 'debian' ? lockedBase.suite : null },
  };
  const release = debianRelease(packages);
  const debs = packages.map((entry): ComponentFacts => {
    const purl = debianPurl(entry, release);
    return {
      key: purl,
      type: 'library',
      name: entry.name,
      version: entry.version,
      purl,
      properties: { pinned: 'true' },
    };
  });
  return { image, parts: [...(isPackaged(packages) ? [] : [sourceServer(valkey)]), ...debs] };
}

/** An official image carries a server that was compiled in it: no package of the system knows of it. */
function sourceServer(version: string): ComponentFacts {
  const purl = sourcePurl(server.name, server.repository, version);
  return { key: purl, type: 'application', ...server, version, purl, properties: { pinned: 'true' } };
}

function isPackaged(packages: SbomInputs['base']['packages']): boolean {
  return packages.some(({ name }) => name === 'valkey-tools' || name === 'valkey-server');
}

/** `13.2+deb13u1` of base-files is Debian 13; null where it says something else, as in a suite that is not released yet. */
function debianRelease(packages: SbomInputs['base']['packages']): string | null {
  const version = packages.find(({ name }) => name === 'base-files')?.version ?? '';
  return /^(\d+)\D/.exec(`${version} `)?.[1] ?? null;
}
