import { execa } from 'execa';
import * as z from 'zod';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { Credentials } from './credentials.ts';

const answer = z.looseObject({ Username: z.string(), Secret: z.string() });

/**
 * Asks docker-credential-<helper>, by the protocol of github.com/docker/docker-credential-helpers: the server's name on standard
 * input, JSON on standard output. Null if it knows none. Throws VP506 if it cannot be run or fails otherwise.
 */
export async function askHelper(helper: string, server: string): Promise<Credentials | null> {
  const program = `docker-credential-${helper}`;
  const ran = await execa(program, ['get'], { input: server, reject: false });
  // A helper says so on standard output, in these words.
  if (/credentials not found/i.test(ran.stdout)) return null;
  if (ran.exitCode !== 0) {
    const why = ran.exitCode === undefined ? 'cannot be run' : `ended with ${ran.exitCode}`;
    throw new PipelineError('VP506', `the helper that docker's configuration names ${why}`, { where: program });
  }
  const found = read(ran.stdout);
  if (found === null) throw new PipelineError('VP506', 'its answer is not what a helper gives', { where: program });
  if (found.Username === '<token>') {
    throw new PipelineError('VP506', `the login to ${server} is an identity token, which is not supported`, {
      where: program,
      fix: `docker login ${server} with a user name and an access token`,
    });
  }
  return { username: found.Username, password: found.Secret };
}

function read(text: string): z.infer<typeof answer> | null {
  try {
    return answer.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
