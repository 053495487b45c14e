import { relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { paths } from '../../../scripts/lib/image-paths.ts';
import { engine, images, label } from '../docker-engine.ts';
import { outputOf } from '../docker-output.ts';
import { patienceMs } from '../patience.ts';
import type { Namespace } from './namespace.ts';
import { searchDomains } from './zone.ts';

/** Runs a script of test/ with this Node in a pod of another namespace: names resolve there as they do for any client of the cluster. */
export async function runAsVisitor(namespace: Namespace, script: URL, args: readonly string[]): Promise<string> {
  const container = await engine.createContainer({
    Image: images.test,
    Labels: label,
    Entrypoint: ['/node', `/app/${relative(paths.root, fileURLToPath(script))}`, ...args],
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      Binds: [
        `${process.execPath}:/node:ro`,
        `${paths.root}/test:/app/test:ro`,
        `${paths.root}/node_modules:/app/node_modules:ro`,
        `${paths.root}/package.json:/app/package.json:ro`,
      ],
      NetworkMode: namespace.network.name,
      Dns: [namespace.network.nameServer],
      DnsSearch: searchDomains('redcat'),
      DnsOptions: ['ndots:5'],
    },
  });
  try {
    await container.start();
    await container.wait({ abortSignal: AbortSignal.timeout(patienceMs) });
    const { State } = await container.inspect();
    const { stdout, stderr } = await outputOf(container);
    if (State.ExitCode !== 0) throw new Error(`${script.pathname} ended with ${State.ExitCode}:\n${stderr}${stdout}`);
    return stdout;
  } finally {
    await container.remove({ force: true, v: true });
  }
}
