/**
 * Addresses of a host name, IPv4 first, as the system's own resolver says (getaddrinfo follows nsswitch). A name with a dot is also asked
 * for as a complete one, at the same time: where an outer name server is down, the search list would hold the answer up. The process
 * still ends with the slower one.
 */
export async function lookup(name: string): Promise<readonly string[]> {
  if (process.getBuiltinModule('node:net').isIP(name) !== 0) return [name];
  const { promises } = process.getBuiltinModule('node:dns');
  const ask = async (asked: string): Promise<readonly string[]> => {
    const found = await promises.lookup(asked, { all: true, order: 'ipv4first' });
    return found.map(({ address }) => address);
  };
  const complete = name.includes('.') && !name.endsWith('.') ? [ask(`${name}.`)] : [];
  return Promise.any([ask(name), ...complete]).catch(() => []);
}
