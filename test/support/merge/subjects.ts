/** How a module takes load arguments; `flag` is an option of search that takes no value and has no directive. */
type Style = 'flag' | 'flags' | 'pairs' | 'config' | 'plain';

/** One option of one module: what the table of the merge (docs/merge-matrix.md) is about. */
export interface Subject {
  readonly title: string;
  /** The module's name to us, and to MODULE LIST. */
  readonly module: string;
  readonly loadName: string;
  readonly variable: string;
  readonly path: string;
  readonly style: Style;
  readonly option: string;
  /** What stands before the point in a directive. */
  readonly prefix: string;
  readonly secret: boolean;
  readonly values: {
    /** The value that others say too, one that differs, and one that the module does not take (null where it takes any). */
    readonly same: string;
    readonly different: string;
    readonly invalid: string | null;
    /** That of the directive where nobody says anything; `processors` is how many the machine has. */
    readonly initial: string;
  };
  /** Variables without which the module is not looked at. */
  readonly env: Readonly<Record<string, string>>;
}

const search = inImage('search', 'search', 'libsearch.so');
const ldap = inImage('ldap', 'ldap', 'libvalkey_ldap.so');

export const subjects: readonly Subject[] = [
  {
    ...{ ...search, title: 'search, an option with a directive', style: 'flags', option: 'reader-threads' },
    values: { same: '3', different: '8', invalid: '0', initial: 'processors' },
  },
  {
    ...{ ...search, title: 'search, a flag', style: 'flag', option: 'use-coordinator' },
    values: { same: '', different: 'no', invalid: 'maybe', initial: '' },
  },
  {
    ...{ ...inImage('json', 'json', 'libjson.so'), title: 'json', style: 'config', option: 'max-path-limit' },
    values: { same: '64', different: '32', invalid: 'many', initial: '128' },
  },
  {
    ...{ ...inImage('bloom', 'bf', 'libvalkey_bloom.so'), title: 'bloom', style: 'pairs', option: 'bloom-capacity' },
    values: { same: '200', different: '300', invalid: 'many', initial: '100' },
  },
  {
    ...{ ...ldap, title: 'ldap', style: 'config', option: 'connection_pool_size' },
    values: { same: '4', different: '6', invalid: '0', initial: '2' },
  },
  {
    ...{ ...ldap, title: 'ldap, a secret', style: 'config', option: 'search_bind_passwd', secret: true },
    values: { same: 'hush-one', different: 'hush-two', invalid: null, initial: '' },
  },
  {
    title: 'a module without manifest',
    ...{ module: 'echo', loadName: 'echo_args', variable: 'ECHO_MODULE_ARGS', path: '/opt/stand-ins/libecho.so' },
    ...{ style: 'plain', option: 'alpha', prefix: 'echo', secret: false },
    values: { same: 'one', different: 'two', invalid: null, initial: '' },
    env: { MODULE_DIR: '/opt/stand-ins', VALKEY_MODULES: 'echo' },
  },
];

function inImage(module: string, loadName: string, file: string) {
  const path = `/usr/lib/valkey/${file}`;
  return {
    ...{ module, loadName, path, prefix: loadName, secret: false, env: {} },
    variable: `${module.toUpperCase()}_MODULE_ARGS`,
  };
}

/** The modules that are loaded beside a subject: what a start adds where nothing else loads them. */
export function loadedBeside({ style, module }: Subject): readonly string[] {
  return style === 'plain' ? [module] : ['bloom', 'json', 'ldap', 'search'];
}

/** Modules that take their options with dashes in front. */
export function isDashed({ style }: Subject): boolean {
  return style === 'flag' || style === 'flags';
}
