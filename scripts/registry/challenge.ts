/** What a registry asks for in WWW-Authenticate. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | null };

/** Reads the header of a 401, by RFC 9110 §11.6.1; null if it asks for nothing that can be given. */
export function readChallenge(header: string | null): Challenge | null {
  const scheme = /^\s*([A-Za-z]+)/.exec(header ?? '')?.[1]?.toLowerCase();
  if (scheme === 'basic') return { scheme };
  if (scheme !== 'bearer') return null;
  const realm = parameter(header ?? '', 'realm');
  return realm === null ? null : { scheme, realm, service: parameter(header ?? '', 'service') };
}

function parameter(header: string, name: string): string | null {
  const found = new RegExp(`[\\s,]${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))`, 'i').exec(header);
  return found?.[1]?.replaceAll(/\\(.)/g, '$1') ?? found?.[2] ?? null;
}
