import * as z from 'zod';
import { PipelineError } from '../problems/pipeline-error.ts';
import { accessRefused } from './authorize.ts';
import type { Credentials } from './credentials.ts';
import { type Repository, showRepository } from './repository.ts';
import type { Answer } from './request.ts';

/** Errors as the OCI distribution specification has them. */
const errorAnswer = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string(), message: z.string().optional() })).min(1),
});

/** What an answer that nobody wanted means to the user: VP502 (no access), VP504 (out of order) or VP505 (turned down). */
export function refusal(
  { status, body }: Answer,
  request: string,
  repository: Repository,
  credentials: Credentials | null,
): PipelineError {
  const said = `${request}: it answers ${status}${words(body)}`;
  if (status === 401 || status === 403) return accessRefused(repository.registry, credentials, said);
  const code = status >= 500 || status < 400 ? 'VP504' : 'VP505';
  return new PipelineError(code, said, { where: showRepository(repository) });
}

function words(body: Buffer): string {
  const text = body.toString('utf8');
  const errors = readErrors(text).map(({ code, message }) => (message === undefined ? code : `${code} ${message}`));
  const shown = errors.length > 0 ? errors.join('; ') : (text.trim().split('\n')[0] ?? '');
  return shown === '' ? '' : ` (${shown.slice(0, 300)})`;
}

function readErrors(text: string): z.infer<typeof errorAnswer>['errors'] {
  try {
    return errorAnswer.parse(JSON.parse(text)).errors;
  } catch {
    return [];
  }
}
