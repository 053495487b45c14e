import { engine, images, label } from '../docker-engine.ts';
import { outputOf } from '../docker-output.ts';
import { volumeMount } from './volumes.ts';

/** Runs a shell script on a volume that no pod uses, mounted as /data, and returns what it printed. */
export async function onVolume(volume: string, script: string): Promise<string> {
  const container = await engine.createContainer({
    Image: images.test,
    Labels: label,
    User: '0:0',
    Entrypoint: ['sh', '-ec', script],
    Healthcheck: { Test: ['NONE'] },
    HostConfig: { Mounts: [volumeMount(volume, '/data', false)], NetworkMode: 'none' },
  });
  try {
    await container.start();
    await container.wait();
    const { State } = await container.inspect();
    const { stdout, stderr } = await outputOf(container);
    if (State.ExitCode !== 0) throw new Error(`${script} ended with ${State.ExitCode}: ${stderr}${stdout}`);
    return stdout;
  } finally {
    await container.remove({ force: true });
  }
}
