import { SERVER_PORT } from './names.ts';

/**
 * Why a running server does not answer on the published port, as far as its log tells; null while it is still starting.
 * The words are those of server.c: `Running mode=standalone, port=6379.`, `Ready to accept connections tcp`.
 */
export function explainSilence(log: string, confPath: string | null): string | null {
  if (!log.includes('Ready to accept connections')) return null;
  const file = confPath ?? 'the configuration';
  const port = /Running mode=\w+, port=(\d+)/.exec(log)?.[1];
  if (port === '0') return `the server listens on no plain TCP port: take "port 0" out of ${file}`;
  if (port !== undefined && port !== String(SERVER_PORT)) {
    return `the server listens on port ${port} inside the container, and ${SERVER_PORT} is published: take "port ${port}" out of ${file} (choose the outer port with --port)`;
  }
  return `the server is ready, and nothing outside the container reaches it: take "bind" out of ${file}, or write "bind * -::*"`;
}

/** What to do about a start that failed for a known reason, or null. */
export function explainExit(log: string): string | null {
  if (/module data I can't load|Can't handle RDB format|Fatal error loading the DB|RDB file contains/i.test(log)) {
    return 'The data of an earlier start does not fit what is loaded now. Start it with the modules it had, or drop the data: npm stop -- --data.';
  }
  if (/Bad file format reading the append only file|Unexpected end of file reading the append only file/i.test(log)) {
    return 'The append-only file of an earlier start is damaged. Drop the data: npm stop -- --data.';
  }
  return null;
}
