import type { EnvironmentVariable } from './options.ts';

/** A container that an earlier `npm start` made. */
export type EarlierContainer = Readonly<{
  id: string;
  /** As the engine says it: running, exited, created, paused, restarting, removing, dead. */
  status: string;
  exitCode: number;
  imageId: string;
  environment: readonly EnvironmentVariable[];
  confHash: string | null;
  /** Where the file was mounted from, or null. */
  confPath: string | null;
  port: number | null;
}>;

export type Wanted = Readonly<{
  imageId: string;
  environment: readonly EnvironmentVariable[];
  confHash: string | null;
  confPath: string | null;
  /** null: any. */
  port: number | null;
}>;

export type Decision =
  | Readonly<{ action: 'create' }>
  | Readonly<{ action: 'reuse'; id: string; port: number }>
  | Readonly<{ action: 'replace'; id: string; previousPort: number | null; reasons: readonly string[] }>;

/** Decides if the container that is there is the one asked for. The reasons name variables, never their values. */
export function decide(earlier: EarlierContainer | null, wanted: Wanted): Decision {
  if (earlier === null) return { action: 'create' };
  const reasons = [
    ...statusReasons(earlier),
    ...(earlier.imageId === wanted.imageId ? [] : ['the image is another one']),
    ...environmentReasons(earlier.environment, wanted.environment),
    ...confReasons(earlier, wanted),
    ...(wanted.port === null || wanted.port === earlier.port
      ? []
      : [`it has port ${earlier.port ?? '(none)'}, not ${wanted.port}`]),
  ];
  if (reasons.length === 0 && earlier.port !== null) return { action: 'reuse', id: earlier.id, port: earlier.port };
  return { action: 'replace', id: earlier.id, previousPort: earlier.port, reasons };
}

function statusReasons({ status, exitCode }: EarlierContainer): string[] {
  if (status === 'running') return [];
  return [status === 'exited' ? `it had ended with exit code ${exitCode}` : `it is ${status}, not running`];
}

function environmentReasons(before: readonly EnvironmentVariable[], now: readonly EnvironmentVariable[]): string[] {
  const had = new Map(before.map(({ name, value }) => [name, value]));
  const wants = new Map(now.map(({ name, value }) => [name, value]));
  const reasons: string[] = [];
  for (const [name, value] of wants) {
    const old = had.get(name);
    if (old === undefined) reasons.push(`${name} is new`);
    else if (old !== value) reasons.push(`${name} has another value`);
  }
  for (const name of had.keys()) if (!wants.has(name)) reasons.push(`${name} is no longer given`);
  return reasons;
}

function confReasons(earlier: EarlierContainer, wanted: Wanted): string[] {
  if (earlier.confHash === null && wanted.confHash === null) return [];
  if (earlier.confHash === null) return ['it had no configuration file'];
  if (wanted.confHash === null) return ['it had a configuration file'];
  if (earlier.confHash !== wanted.confHash) return ['the configuration file has other text'];
  // Same text elsewhere: the mount would lead to a file that the user no longer means to edit.
  return earlier.confPath === wanted.confPath ? [] : ['the configuration file stands elsewhere'];
}
