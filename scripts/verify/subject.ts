import type Docker from 'dockerode';
import { ENTRYPOINT_NAMES, SERVER_NAMES } from '../../entrypoint/server/invocation.ts';
import type { BundleFile, ModuleManifest } from '../../modules/schema.ts';
import type { LockedLine } from '../data/lock.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import type { Platform } from '../lib/platform.ts';

/** An image as it has to be, by the project's data: nothing in it comes from the image. */
export interface Expected {
  readonly line: ReleaseLine;
  /** The line's part of modules/lock.json; null where it is not there. */
  readonly locked: LockedLine | null;
  readonly variant: string;
  /** Those of the line's modules, in the order of their names. */
  readonly manifests: readonly ModuleManifest[];
  readonly platform: Platform;
}

/** The image as the engine describes it. */
export type ImageInfo = Docker.ImageInspectInfo;

/** Given to every check. `bundle` is the image's own account of itself: null where it is not valid. */
export interface Subject {
  readonly expected: Expected;
  readonly image: ImageInfo;
  readonly bundle: BundleFile | null;
}

/** True for an image of binary packages alone, by `npm start`: nothing was built, so it has no record of a build. */
export function isPackagedOnly(bundle: BundleFile | null): boolean {
  const origins = Object.values(bundle?.modules ?? {}).map(({ origin }) => origin);
  return origins.length > 0 && origins.every((origin) => origin.startsWith('Debian package '));
}

/** The version of a module in the image: as the line names it, or as bundle.json says where the line does not. */
export function moduleVersion({ expected, bundle }: Subject, module: string): string | null {
  return expected.line.modules[module]?.tag ?? bundle?.modules[module]?.version ?? null;
}

/** Where things are in every image of the project, and how it starts. The files of docker/ are checked against this. */
export const layout = {
  launcher: '/usr/local/libexec/valkey/valkey-bundle',
  /** The command on PATH: it answers `health` itself, and hands on everything else. */
  tool: '/usr/local/bin/valkey-bundle',
  server: '/usr/local/libexec/valkey/valkey-server',
  modules: '/usr/lib/valkey',
  bundle: '/usr/local/share/valkey-bundle/bundle.json',
  sbom: '/usr/local/share/valkey-bundle/sbom.cdx.json',
  /** Names on PATH that have to lead to the launcher. */
  launcherNames: [...ENTRYPOINT_NAMES, ...SERVER_NAMES],
  /** Open to every uid: a cluster may assign one. */
  openFolders: ['/data', '/run/valkey', '/run/valkey-bundle'],
  user: 'valkey',
  uid: 999,
  config: {
    User: '999:999',
    Entrypoint: ['bundle-docker-entrypoint'],
    Cmd: ['valkey-server'],
    WorkingDir: '/data',
    ExposedPorts: { '6379/tcp': {} },
    Healthcheck: ['CMD', 'valkey-bundle', 'health'],
  },
  /** None of these belongs into an image that only runs. */
  buildTools: [
    ...['cc', 'c++', 'gcc', 'g++', 'clang', 'clang++', 'ld', 'as', 'ar', 'strip', 'objdump', 'readelf', 'patchelf'],
    ...['make', 'cmake', 'ninja', 'meson', 'autoconf', 'rustc', 'cargo', 'rustup', 'go'],
    ...['git', 'node', 'npm'],
  ],
} as const;
