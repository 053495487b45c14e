/** Thrown by a check: the image is not what it has to be. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** Thrown by a check that cannot be made here, with the reason. It never counts as passed. */
export class CheckNotRun extends Error {
  override readonly name = 'CheckNotRun';
}

/** Throws CheckFailed unless it holds. */
export function require(holds: boolean, message: () => string): asserts holds {
  if (!holds) throw new CheckFailed(message());
}

/** Throws CheckFailed unless the two are the same as JSON. */
export function requireSame(what: string, got: unknown, wanted: unknown): void {
  const [has, wants] = [JSON.stringify(got ?? null), JSON.stringify(wanted ?? null)];
  require(has === wants, () => `${what} is ${has}, wanted ${wants}`);
}
