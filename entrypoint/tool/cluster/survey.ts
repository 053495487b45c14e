import type { Target } from '../../cluster/targets.ts';
import type { Sighting, View } from '../../cluster/view.ts';
import { Refusal } from '../../diagnostics.ts';
import type { Place } from '../../place.ts';
import { type Cluster, readNode, troubleDiagnostic } from './cluster.ts';

const BETWEEN_MS = 300;

/**
 * The views of all named nodes, once they all answer. Says what it waits for when that changes. Refuses VB703 and VB704 when the time is up,
 * and at once what time does not mend: VB705, VB706, VB716.
 */
export async function surveyAll(
  cluster: Cluster,
  targets: readonly Target[],
  { end, at }: { readonly end: number; readonly at: Place },
): Promise<readonly View[]> {
  let said = '';
  for (;;) {
    const readings = await Promise.all(targets.map((target) => readNode(cluster, target)));
    const views = readings.flatMap((reading) => (reading.kind === 'view' ? [reading.view] : []));
    if (views.length === targets.length) return views;
    const troubles = targets.flatMap((target, index) => {
      const reading = readings[index];
      return reading?.kind === 'trouble' ? [{ target, reading }] : [];
    });
    const worst = troubles.find(({ reading }) => !mayPass(reading)) ?? troubles[0];
    if (worst !== undefined && (!mayPass(worst.reading) || cluster.waiting.now() >= end))
      throw new Refusal(troubleDiagnostic(worst.target.name, worst.reading, at));
    const text = troubles.map(({ target, reading }) => `${target.name} (${reading.why})`).join(', ');
    if (text !== said) cluster.say(`waiting for ${text}`);
    said = text;
    await cluster.waiting.pause(BETWEEN_MS);
  }
}

function mayPass(reading: Sighting & { kind: 'trouble' }): boolean {
  return reading.what === 'address' || reading.what === 'connection' || reading.what === 'loading';
}
