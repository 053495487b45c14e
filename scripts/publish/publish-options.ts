import { PipelineError } from '../problems/pipeline-error.ts';

/** The options of `npm run publish`, beside those that every verb has. */
export const publishOptions = {
  line: { type: 'string' },
  registry: { type: 'string' },
  repository: { type: 'string' },
  date: { type: 'string' },
  'move-version-tags': { type: 'boolean', default: false },
  'only-platform': { type: 'string' },
  stage: { type: 'boolean', default: false },
  platform: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const;

type Values = { readonly [Name in keyof typeof publishOptions]?: string | boolean | undefined };

/** Throws VP901 for an option that says nothing in the step that is asked for: staging, or publishing. */
export function refuseAlienOptions(values: Values): void {
  const aliens = values.stage ? (['date', 'move-version-tags', 'only-platform'] as const) : (['platform'] as const);
  const alien = aliens.find((name) => values[name]);
  if (alien === undefined) return;
  const step = values.stage ? 'with' : 'without';
  throw new PipelineError('VP901', `npm run publish: --${alien} says nothing ${step} --stage`);
}
