import type { TestContainer } from '../../support/docker-container.ts';
import type { LaidCase } from './lay-out.ts';
import { parseReply, type Reply } from './resp.ts';

/** One load, as the server or our reader has it; a character is a byte. */
export interface Load {
  readonly path: string;
  readonly args: readonly string[];
}

/** What a reader made of a configuration: the loads in order, or null for a refusal. */
export type LoadList = readonly Load[] | null;

/**
 * Starts the real server on a case and asks it for its modules, in its protocol: no client shows every byte. It ends with 3 where the
 * server ended by itself; the log goes to standard error. The wait is bounded by the number of rounds.
 */
const script = `
cd "$1" || exit 9
shift
/usr/local/libexec/valkey/valkey-server "$@" <stdin >log 2>&1 &
server=$!
round=0
until { exec 3<>/dev/tcp/127.0.0.1/6379; } 2>/dev/null; do
  if ! kill -0 $server 2>/dev/null; then cat log >&2; exit 3; fi
  round=$((round + 1))
  if [ $round -gt 500 ]; then kill -9 $server; cat log >&2; exit 4; fi
  sleep 0.01
done
printf 'MODULE LIST\\r\\nQUIT\\r\\n' >&3
base64 <&3
kill -9 $server
wait $server 2>/dev/null
cat log >&2
exit 0
`;

/** How the real server in the container reads a case. */
export async function readByServer(container: TestContainer, { directory, args }: LaidCase): Promise<LoadList> {
  const { exitCode, stdout, stderr } = await container.exec('bash', '-c', script, 'bash', directory, ...args);
  if (exitCode === 3) return null;
  if (exitCode !== 0) throw new Error(`the server neither answered nor ended:\n${stderr}`);
  const rows = parseReply(Buffer.from(stdout, 'base64'));
  if (!Array.isArray(rows)) throw new Error('MODULE LIST is no list');
  const loads = rows.map(fieldsOf).filter(({ name }) => name !== 'lua');
  const order = [...stderr.matchAll(/Module '([^']+)' loaded from/g)].map((match) => match[1] ?? '');
  return loads.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)).map(({ path, args }) => ({ path, args }));
}

/** A row is a list of names and values. */
function fieldsOf(row: Reply): Load & { readonly name: string } {
  if (!Array.isArray(row)) throw new Error('a row of MODULE LIST is no list');
  const fieldOf = (name: string): Reply => row[row.indexOf(name) + 1] ?? null;
  const args = fieldOf('args');
  return {
    name: String(fieldOf('name')),
    path: String(fieldOf('path')),
    args: Array.isArray(args) ? args.map(String) : [],
  };
}
