import type { PublishAction, PublishPlan } from './plan.ts';

/** The plan as text: each index with what it holds, then every step in its order. */
export function showPlan({ line, repository, valkey, variants, actions }: PublishPlan): string {
  const indexes = variants.flatMap(({ variant, index, children }) => [
    `  ${variant}: ${index.digest}`,
    ...children.map(({ platform, digest }) => `    ${platform.padEnd(12)} ${digest}`),
  ]);
  const done = actions.every(({ verdict }) => verdict === 'keep')
    ? ['nothing to do: everything is published already']
    : [];
  return [`line ${line}, valkey ${valkey}, to ${repository}`, ...indexes, ...actions.map(showAction), ...done].join(
    '\n',
  );
}

/** `move    tag   9.0 -> sha256:... (default, was sha256:...)`. */
export function showAction({ verdict, target, reference, variant, index, from }: PublishAction): string {
  const name = target === 'tag' ? `${reference} -> ${index.digest}` : reference;
  const was = verdict === 'move' || verdict === 'refuse' ? `, was ${from}` : '';
  return `${verdict.padEnd(7)} ${target.padEnd(5)} ${name} (${variant}${was})`;
}
