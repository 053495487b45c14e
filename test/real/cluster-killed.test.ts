import { expect, it } from 'vitest';
import { untilUp, useClusterNetwork } from '../support/cluster-network.ts';

const network = useClusterNetwork();

it('cluster check that is killed while the server is silent leaves no process on it', async () => {
  const node = await network.node('z1', { inMemory: true });
  await untilUp([node]);
  expect(await node.cli('CLIENT', 'PAUSE', '60000', 'ALL')).toBe('OK');
  // As a kubelet ends a command at its time: without a chance to clean up. By then it has asked the server (port 18EB, established).
  const script = `
    valkey-bundle cluster check --timeout 0 >/dev/null 2>&1 & tool=$!
    until grep -qi ':18EB 01' /proc/net/tcp; do sleep 0.05; done
    kill -9 $tool; wait $tool; sleep 0.2
    for process in /proc/[0-9]*; do
      if [ "$(cut -d' ' -f4 $process/stat 2>/dev/null)" = 1 ]; then echo "child of 1: $(cat $process/comm)"; fi
    done
    cat /proc/[0-9]*/comm | grep -c valkey-cli`;
  const { stdout } = await node.exec('sh', '-c', script);
  expect(stdout).toBe('0\n');
});
