import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The places that the image's build reads from and writes to. Everything under dist can be deleted at any time. */
export const paths = {
  root: at(''),
  docker: at('docker'),
  localLine: at('modules/releases/local.yaml'),
  standIns: at('test/fixtures/stand-ins'),
  bases: at('dist/base'),
  contexts: at('dist/context'),
  logs: at('dist/logs'),
} as const;
