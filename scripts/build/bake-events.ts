import * as z from 'zod';

/** One step of a build as BuildKit tells it: first announced, then started, then completed, each time with what is known. */
export interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly started: string | undefined;
  readonly completed: string | undefined;
  readonly cached: boolean;
  readonly error: string | undefined;
}

export type BakeEvent =
  | { readonly kind: 'vertex'; readonly vertex: Vertex }
  | { readonly kind: 'log'; readonly vertex: string; readonly text: string }
  /** What buildx itself says: warnings, and why it ended. */
  | { readonly kind: 'message'; readonly text: string };

const vertex = z.object({
  digest: z.string(),
  name: z.string(),
  started: z.string().optional(),
  completed: z.string().optional(),
  cached: z.boolean().default(false),
  error: z.string().optional(),
});
const status = z.object({
  vertexes: z.array(vertex).nullish(),
  logs: z.array(z.object({ vertex: z.string(), data: z.string().nullish() })).nullish(),
});

/**
 * Reads `--progress=rawjson` line by line: a stream of objects, which buildx 0.13 writes over many lines and later ones on one. What is
 * no such object is a message.
 */
export function bakeEventReader(): (line: string) => BakeEvent[] {
  let pending: string[] = [];
  return (line) => {
    if (pending.length === 0 && !line.startsWith('{'))
      return line.trim() === '' ? [] : [{ kind: 'message', text: line }];
    pending.push(line);
    const whole = pending.length === 1 ? line.endsWith('}') : line === '}';
    if (!whole) return [];
    const text = pending.join('\n');
    pending = [];
    return eventsOf(text);
  };
}

function eventsOf(text: string): BakeEvent[] {
  const parsed = parse(text);
  if (parsed === undefined) return [{ kind: 'message', text }];
  return [
    ...(parsed.vertexes ?? []).map(
      ({ digest, name, started, completed, cached, error }): BakeEvent => ({
        kind: 'vertex',
        vertex: { digest, name, started, completed, cached, error },
      }),
    ),
    ...(parsed.logs ?? []).map(
      (log): BakeEvent => ({
        kind: 'log',
        vertex: log.vertex,
        text: Buffer.from(log.data ?? '', 'base64').toString('utf8'),
      }),
    ),
  ];
}

function parse(text: string): z.infer<typeof status> | undefined {
  try {
    const result = status.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
