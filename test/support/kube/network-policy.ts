import { z } from 'zod';
import type { KubeObject } from './objects.ts';
import { matches } from './zone.ts';

const selector = z.strictObject({ matchLabels: z.record(z.string(), z.string()).optional() });
const policy = z.object({
  metadata: z.object({ namespace: z.string() }),
  spec: z.strictObject({
    podSelector: selector,
    policyTypes: z.tuple([z.literal('Ingress')]),
    ingress: z.array(
      z.strictObject({
        from: z
          .array(z.strictObject({ podSelector: selector.optional(), namespaceSelector: selector.optional() }))
          .optional(),
        ports: z.array(z.strictObject({ protocol: z.literal('TCP'), port: z.int() })).optional(),
      }),
    ),
  }),
});

/** One end of a connection. */
export interface Peer {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether the policies let a pod reach a port of another one: everything where no policy selects the receiver, else only what a rule of
 * one of them allows. A peer without a namespaceSelector is of the policy's own namespace. Throws for a field that is not understood.
 */
export function mayReach(policies: readonly KubeObject[], from: Peer, to: Peer, port: number): boolean {
  const selecting = policies
    .map((object) => policy.parse(object))
    .filter(({ metadata, spec }) => metadata.namespace === to.namespace && fits(to.labels, spec.podSelector));
  if (selecting.length === 0) return true;
  return selecting.some(({ metadata, spec }) =>
    spec.ingress.some(
      ({ from: peers, ports }) =>
        (ports === undefined || ports.some((one) => one.port === port)) &&
        (peers === undefined || peers.some((peer) => isPeer(from, peer, metadata.namespace))),
    ),
  );
}

type Selector = z.infer<typeof selector>;

function isPeer(
  { namespace, labels }: Peer,
  peer: { podSelector?: Selector | undefined; namespaceSelector?: Selector | undefined },
  own: string,
): boolean {
  // Only the empty selector is understood: which labels other namespaces have is not known here.
  const isNamespace =
    peer.namespaceSelector === undefined
      ? namespace === own
      : Object.keys(peer.namespaceSelector.matchLabels ?? {}).length === 0;
  return isNamespace && (peer.podSelector === undefined || fits(labels, peer.podSelector));
}

function fits(labels: Readonly<Record<string, string>>, { matchLabels = {} }: Selector): boolean {
  return matches(labels, matchLabels);
}
