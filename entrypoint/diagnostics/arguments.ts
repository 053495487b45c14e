import type { CataloguePage } from './page.ts';

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
      'The module takes only options that begin with --, each with its value as the next word; it would refuse to load. Of a module that takes directives: a word that is no option stands behind a secret, or in the place of its name, and the server might print it.',
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
