import { tool } from './fake-start.ts';

const conf = '/etc/valkey/valkey.conf';

/** docs/pictures/start.svg: the start of a recorded host to which something is said in each place where it can be. */
export function picturedStart(): string {
  const lines = [
    'maxmemory 2gb',
    'loadmodule /usr/lib/valkey/libjson.so',
    'loadmodule /usr/lib/valkey/libsearch.so --reader-threads 8',
  ];
  const { stdout, stderr } = tool(
    ['plan', '--svg', '--', 'valkey-server', conf, '--loadmodule', '/usr/lib/valkey/libvalkey_bloom.so'],
    {
      SEARCH_MODULE_ARGS: '--reader-threads 2 --writer-threads 4',
      BLOOM_MODULE_ARGS: 'bloom-fp-rate 0.001',
      VALKEY_PASSWORD: 'never-shown',
    },
    { files: { [conf]: lines.join('\n') } },
  );
  if (stdout === '') throw new Error(`the pictured start was refused: ${stderr}`);
  return stdout;
}
