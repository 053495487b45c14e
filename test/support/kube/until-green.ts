import { until } from '../until.ts';
import type { Pod } from './pod.ts';

/**
 * `kubectl -n valkey exec <pod> -- valkey-bundle cluster check`, until it is green; says what was wrong last where it never is. A pod that is
 * being restarted cannot be asked, and is asked again.
 */
export async function untilGreen(pod: Pod): Promise<void> {
  let last = '';
  const check = async (): Promise<true | undefined> => {
    const { exitCode, stdout, stderr } = await pod
      .exec('valkey-bundle', 'cluster', 'check')
      .catch((error: unknown) => ({ exitCode: -1, stdout: '', stderr: String(error) }));
    last = `${stdout}${stderr}`;
    return exitCode === 0 ? true : undefined;
  };
  try {
    await until(`cluster check is green from ${pod.name}`, check, { everyMs: 500 });
  } catch (cause) {
    throw new Error(`cluster check from ${pod.name} is not green:\n${last}`, { cause });
  }
}
