import { ensureProgram } from './ensure-program.ts';

/** The path of docker-compose 2, which also runs by itself, without being a plugin of the docker client. */
export function ensureCompose(): Promise<string> {
  const file = 'usr/libexec/docker/cli-plugins/docker-compose';
  return ensureProgram('docker-compose', { package: 'docker-compose', suites: ['trixie', 'sid'], file });
}
