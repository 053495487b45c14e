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
    fix: 'Correct the path; a relative one counts from the data directory.',
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

/** VB4xx: load arguments and the merge. */
export const argumentEntries = {
  VB401: {
    title: 'flag takes no value',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The option is a flag: its presence turns it on. The value was taken as what you meant and is not passed on.',
    fix: 'Write the flag alone, or leave it out for off.',
  },
  VB402: {
    title: 'unknown module option',
    severity: 'warning',
    exitCode: 0,
    meaning: 'The installed version of the module does not document this option. It is passed on: the module decides.',
    fix: 'Check the spelling and the version of the module.',
  },
  VB403: {
    title: 'wrong value for a module option in the environment',
    severity: 'error',
    exitCode: 78,
    meaning: 'The value is outside the documented range, or not of the documented type.',
    fix: 'Use a value of the documented range.',
  },
  VB404: {
    title: 'wrong value for a module option in the configuration',
    severity: 'warning',
    exitCode: 0,
    meaning: 'The value is outside the documented range. It is passed on as it stands: the module decides.',
    fix: 'Use a value of the documented range.',
  },
  VB405: {
    title: 'module option without its value',
    severity: 'error',
    exitCode: 78,
    meaning: 'The option needs a value and none follows.',
    fix: 'Write the value as the next word.',
  },
  VB406: {
    title: 'stray word among module arguments',
    severity: 'error',
    exitCode: 78,
    meaning:
      'The module takes only options that begin with --, each with its value as the next word; it would refuse to load. Of a module that takes directives: a word that is not an option stands behind a secret, or in the place of its name, and the server might print it.',
    fix: 'Write --name value; put quotes around a value with blanks in it.',
  },
  VB407: {
    title: 'option dropped: something stronger sets it differently',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'Command line wins over configuration file, configuration file over environment, environment over image defaults. Where one of them has an argument and a directive for the same option, the module hears one of the two: that one wins.',
    fix: 'Keep the setting in one place.',
  },
  VB408: {
    title: 'module loaded twice',
    severity: 'warning',
    exitCode: 0,
    meaning: 'More than one load line names the same module: the server would abort. They were joined into one.',
    fix: 'Keep one of the lines.',
  },
  VB409: {
    title: 'no such module configuration',
    severity: 'error',
    exitCode: 78,
    meaning:
      'The option exists only as a load argument. As a directive no module claims it, and the server ends with "Unused Module Configuration".',
    fix: 'Write it as an argument: behind the path in the loadmodule line, or in the *_MODULE_ARGS variable.',
  },
  VB410: {
    title: 'module ignores load arguments',
    severity: 'warning',
    exitCode: 0,
    meaning: 'This module is set up by configuration directives alone; words behind its path do nothing.',
    fix: 'Write directives (json.max-path-limit 200), or use the *_MODULE_ARGS variable, which becomes directives.',
  },
  VB411: {
    title: 'module option read as a server directive',
    severity: 'error',
    exitCode: 78,
    meaning:
      'On the command line the server reads every --word as a directive of its own: an option behind --loadmodule <path> never reaches the module.',
    fix: 'Put the whole load line into one argument: "--loadmodule <path> --option value", or use the *_MODULE_ARGS variable.',
  },
  VB412: {
    title: 'load order changed',
    severity: 'warning',
    exitCode: 0,
    meaning: 'A module must be loaded after another one; the lines had it the other way round.',
    fix: 'Swap the load lines to keep your configuration as it is.',
  },
  VB413: {
    title: 'option in the style of another module',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The option was written in a form that this module does not take, and was passed on in the form that it does.',
    fix: 'Write the option as the module documents it.',
  },
  VB414: {
    title: 'module path has a NUL byte',
    severity: 'error',
    exitCode: 78,
    meaning: 'A \\x00 in a module path or argument ends the text for the server.',
    fix: 'Remove the escape.',
  },
  VB415: {
    title: 'configuration of a module that is not loaded',
    severity: 'error',
    exitCode: 78,
    meaning:
      'A directive belongs to a module that this start does not load: the server would end with "Unused Module Configuration".',
    fix: 'Remove the directive, or load the module (VALKEY_MODULES).',
  },
} as const satisfies Readonly<Record<string, CataloguePage>>;
