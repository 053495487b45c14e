/** One load, its bytes as latin1. */
export interface Load {
  readonly path: string;
  readonly args: readonly string[];
}

/** What a reader made of a configuration. */
export type Reading =
  | {
      readonly kind: 'loads';
      readonly loads: readonly Load[];
      /** Our reader warned (a missing directory, lines that run together): the server may well refuse. */
      readonly doubtful?: boolean;
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Whether two readings agree: the same loads in the same order, or a refusal by both. */
export function agree(a: Reading, b: Reading): boolean {
  if (a.kind === 'refused' || b.kind === 'refused') return a.kind === b.kind;
  return JSON.stringify(a.loads) === JSON.stringify(b.loads);
}
