/** What stands in docker/image.Dockerfile before what a line's image shares with it, and where its modules belong. */
const head = /^(#.*\n)*ARG BASE\nFROM \$\{BASE\}\n/;
const place = '# A line that is built from source adds its modules here: scripts/graph/image-stage.ts.\n';

/**
 * The stage of a line's image: docker/image.Dockerfile itself, with the modules that were built. What an image is made of is written once.
 * Its context is a folder of its own, laid out by layOutImage. Variants differ in bundle.json and labels, so they share the other layers.
 */
export function imageStage(imageDockerfile: string): string {
  if (!head.test(imageDockerfile) || !imageDockerfile.includes(place))
    throw new Error('docker/image.Dockerfile no longer begins with ARG BASE and FROM, or has no place for modules');
  const modules = [
    'COPY --chmod=0755 modules/ /usr/lib/valkey/',
    'COPY licences/ /usr/share/doc/valkey-bundle/',
    'COPY --chmod=0644 sbom.cdx.json /usr/local/share/valkey-bundle/sbom.cdx.json',
    '',
  ].join('\n');
  return imageDockerfile.replace(head, 'FROM base AS image\n').replace(place, modules).trimEnd();
}
