/** The path as the kernel would resolve it: nothing is normalised, since `..` behind a link means the link's target. */
export function absolute(path: string, cwd: string): string {
  return path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`;
}
