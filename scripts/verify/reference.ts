import { PipelineError } from '../problems/pipeline-error.ts';

/** What is to be verified: a digest in a registry, or an image that this machine's engine has. */
export type Reference =
  | { readonly kind: 'digest'; readonly text: string; readonly repository: string; readonly digest: string }
  | { readonly kind: 'local'; readonly text: string };

/** Throws VP408 for what is neither. */
export function readReference(text: string): Reference {
  const at = text.indexOf('@');
  if (at === -1) {
    if (/^[a-zA-Z0-9][a-zA-Z0-9._:/-]*$/.test(text)) return { kind: 'local', text };
    throw new PipelineError('VP408', `this is no image name, got ${JSON.stringify(text)}`);
  }
  const [repository, digest] = [text.slice(0, at), text.slice(at + 1)];
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new PipelineError('VP408', `this is no digest, got ${JSON.stringify(digest)}`, { where: text });
  }
  if (!/^[a-z0-9.:[\]-]+(\/[a-z0-9._-]+)+$/.test(repository)) {
    throw new PipelineError(
      'VP408',
      `no registry/repository stands before the digest, got ${JSON.stringify(repository)}`,
    );
  }
  return { kind: 'digest', text, repository, digest };
}
