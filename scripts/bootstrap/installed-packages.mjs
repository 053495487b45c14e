/**
 * Whether node_modules already holds what package-lock.json asks for, by the list that npm keeps in it (`npm install`
 * leaves no stamp of ours). A missing optional package is fine: it is for another platform.
 */
export function holdsWhat(lockText, installedText) {
  if (!installedText) return false;
  const wanted = Object.entries(JSON.parse(lockText).packages).filter(([path]) => path !== '');
  const installed = JSON.parse(installedText).packages;
  const known = new Set(wanted.map(([path]) => path));
  return (
    Object.keys(installed).every((path) => known.has(path)) &&
    wanted.every(([path, entry]) =>
      installed[path] ? installed[path].integrity === entry.integrity : entry.optional === true,
    )
  );
}
