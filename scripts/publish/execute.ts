import { PipelineError } from '../problems/pipeline-error.ts';
import type { Registry } from '../registry/open-registry.ts';
import { showRepository } from '../registry/repository.ts';
import type { PublishAction } from './plan.ts';
import { showAction } from './show-plan.ts';

export interface PublishMeans {
  readonly registry: Registry;
  readonly report: (line: string) => void;
  readonly aborted: AbortSignal;
}

/**
 * Writes, in the plan's order, what is not right yet, and reads every tag back. Stopped between any two steps it leaves every tag leading to
 * something whole, and a new plan holds the rest.
 */
export async function execute(actions: readonly PublishAction[], means: PublishMeans): Promise<void> {
  const { registry, report, aborted } = means;
  const todo = actions.filter(({ verdict }) => verdict === 'create' || verdict === 'move');
  if (todo.length === 0) report('nothing to do: everything is published already');
  for (const action of todo) {
    aborted.throwIfAborted();
    report(showAction(action));
    await registry.putManifest(action.reference, action.index);
    const found = await registry.manifest(action.reference);
    if (found?.digest !== action.index.digest) {
      throw new PipelineError('VP541', `set to ${action.index.digest}, and it leads to ${found?.digest ?? 'nothing'}`, {
        where: `${showRepository(registry.repository)}:${action.reference}`,
      });
    }
  }
}
