import { until } from '../until.ts';
import type { Namespace } from './namespace.ts';
import type { Pod } from './pod.ts';

/** What a node answers; the operators' pods carry the password in REDISCLI_AUTH. Throws where it answers with an error. */
async function ask(pod: Pod, ...command: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await pod.exec('valkey-cli', '-e', ...command);
  if (exitCode !== 0) throw new Error(`${pod.name}: ${command.join(' ')}: ${stdout}${stderr}`);
  return stdout.trim();
}

/**
 * Joins the pods of an instance as the operators do once all of them answer: each node is introduced to each other one by its address, and
 * the one with ordinal i of n takes the slots from i·16384/n on (`initCluster` of kailas-cloud/valkey-operator at
 * 0af1dcd7eff412f185635783bd7a938a8261dd14).
 */
export async function formAsOperator(namespace: Namespace): Promise<void> {
  const pods = namespace.pods().toSorted((a, b) => a.name.localeCompare(b.name));
  for (const pod of pods)
    await until(`${pod.name} answers`, async () =>
      (await pod.exec('valkey-cli', '-e', 'PING')).exitCode === 0 ? true : undefined,
    );
  for (const pod of pods) for (const peer of pods) if (peer !== pod) await ask(pod, 'CLUSTER', 'MEET', peer.ip, '6379');
  for (const [ordinal, pod] of pods.entries()) {
    const first = Math.floor((ordinal * 16384) / pods.length);
    const last = Math.floor(((ordinal + 1) * 16384) / pods.length) - 1;
    await ask(pod, 'CLUSTER', 'ADDSLOTSRANGE', String(first), String(last));
  }
}
