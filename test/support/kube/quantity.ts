const suffixes = { '': 1, K: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 } as const;

/** Bytes of a Kubernetes quantity such as 16Mi. Throws for another unit. */
export function bytesOfQuantity(quantity: string): number {
  const [, number = '', suffix = ''] = /^([0-9.]+)([A-Za-z]*)$/.exec(quantity) ?? [];
  if (number === '' || !(suffix in suffixes)) throw new Error(`not a quantity of bytes: ${quantity}`);
  return Number(number) * suffixes[suffix as keyof typeof suffixes];
}
