import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONF } from './container.ts';

/** How many lines and includes the configurations that grow have. */
export const LINES: readonly number[] = [1_000, 10_000, 100_000];
export const INCLUDES: readonly number[] = [10, 100, 1_000];

/** Writes the configurations that are measured, afresh: the stock one, an empty one, and those that grow. */
export async function writeConfFiles(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'included'), { recursive: true });
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await write('stock.conf', stockConf());
  await write('empty.conf', '');
  await write('pong.conf', `${stockConf()}port 0\n`);
  for (const count of LINES) {
    await write(`lines-${count}.conf`, directiveLines(count));
    await write(`lifted-${count}.conf`, `${directiveLines(count)}${MENDED}`);
  }
  for (let index = 0; index < Math.max(...INCLUDES); index++) await write(`included/${index}.conf`, directiveLines(1));
  for (const count of INCLUDES) await write(`includes-${count}.conf`, includeLines(count));
}

/** A load line whose arguments must be mended, so that the whole configuration is written anew. */
const MENDED = 'loadmodule /usr/lib/valkey/libsearch.so reader-threads 2\n';

/** As long as the packaged valkey.conf: 2,300 lines, of which 80 say something and the others explain or are empty. */
export function stockConf(): string {
  return Array.from({ length: 2_300 }, (_, index) => {
    if (index === 1_000) return 'dir /data';
    if (index % 29 === 28) return directive(index);
    return index % 7 === 6 ? '' : COMMENTS[index % COMMENTS.length];
  })
    .map((line) => `${line}\n`)
    .join('');
}

/** Lines that all say something: nothing is as much work for a reader. */
function directiveLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `${directive(index)}\n`).join('');
}

function includeLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `include ${CONF}/included/${index}.conf\n`).join('');
}

function directive(index: number): string {
  return DIRECTIVES[index % DIRECTIVES.length] ?? '';
}

const DIRECTIVES = [
  'maxmemory-policy allkeys-lru',
  'client-output-buffer-limit replica 256mb 64mb 60',
  'appendfilename "appendonly.aof"',
  'save 3600 1 300 100 60 10000',
  'hash-max-listpack-entries 512',
  'loglevel notice',
  "proc-title-template '{title} {listen-addr} {server-mode}'",
  'tcp-keepalive 300',
  'activerehashing yes',
  'oom-score-adj-values 0 200 800',
];

const COMMENTS = [
  '# Note on units: when memory size is needed, it is possible to specify',
  '# it in the usual form of 1k 5GB 4M and so forth:',
  '#',
  '# By default, if no "bind" configuration directive is specified, the server listens',
  '# for connections from all available network interfaces on the host machine.',
];
