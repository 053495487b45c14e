import type { CataloguePage } from './page.ts';

/** VB3xx: module files. */
export const moduleEntries = {
  VB301: {
    title: 'two module files with one name',
    severity: 'error',
    exitCode: 78,
    meaning: 'Two files of the module directory would take their arguments from the same variable.',
    fix: 'Remove or rename one of them.',
  },
  VB302: {
    title: 'module file is missing',
    severity: 'error',
    exitCode: 78,
    meaning:
      'A load line, or a link in the module directory, leads to a file that does not exist. The server would end too.',
    fix: 'Mend the path; a relative one counts from the data directory.',
  },
  VB303: {
    title: 'module file cannot be read',
    severity: 'error',
    exitCode: 78,
    meaning: 'The user that the server runs as may not read the module.',
    fix: 'chmod a+rx the file, and its folders.',
  },
  VB304: {
    title: 'module file has no execute bit',
    severity: 'error',
    exitCode: 78,
    meaning: 'The server refuses a module file that nobody may execute.',
    fix: 'chmod 0755 the file.',
  },
  VB305: {
    title: 'not a module',
    severity: 'error',
    exitCode: 78,
    meaning: 'The file is not a 64-bit ELF shared object: it is empty, cut off, a directory, or something else.',
    fix: 'Replace it, or move it out of the module directory.',
  },
  VB306: {
    title: 'module for another machine',
    severity: 'error',
    exitCode: 78,
    meaning: 'The module was built for another processor architecture than the one that runs here.',
    fix: 'Use the build for this architecture; check --platform of the image.',
  },
  VB307: {
    title: 'processor lacks a feature the module needs',
    severity: 'error',
    exitCode: 78,
    meaning:
      'The module uses instructions that this processor (or the virtual machine) does not offer: it would end with SIGILL.',
    fix: 'Run on a newer processor, expose the feature to the virtual machine, or leave the module out: VALKEY_MODULES=-name.',
  },
  VB308: {
    title: 'module is excluded, but the configuration loads it',
    severity: 'warning',
    exitCode: 0,
    meaning: 'VALKEY_MODULES limits what is added. A load line of your own stays.',
    fix: 'Remove the load line, or the module from VALKEY_MODULES.',
  },
  VB309: {
    title: 'server is older than the module asks for',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The module version in the image needs a newer server than the image has. The module decides whether it loads.',
    fix: 'Use an image of a matching release line.',
  },
  VB310: {
    title: 'no OnLoad function',
    severity: 'error',
    exitCode: 78,
    meaning:
      'The file is a shared object, but defines neither ValkeyModule_OnLoad nor RedisModule_OnLoad, with which the server begins a module: it is an ordinary library. The server would end.',
    fix: 'Load the module itself; libraries that it needs are found by the system.',
  },
  VB311: {
    title: 'library in the module directory is left out',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'A file of the module directory is a shared object without ValkeyModule_OnLoad and RedisModule_OnLoad. No line asks for it, so the server runs without it.',
    fix: 'Move it out of the module directory, or leave it out in silence: VALKEY_MODULES=-name.',
  },
} as const satisfies Readonly<Record<string, CataloguePage>>;
