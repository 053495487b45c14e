import { ENTRYPOINT_NAMES, SERVER_NAMES } from '../../entrypoint/server/invocation.ts';

/** Where things are in every image of the project, and how it starts. What docker/ lays out is held against this. */
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
