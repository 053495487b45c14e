/** How a module takes load arguments; `flag` is an option of search that takes no value and has no directive. */
type Style = 'flag' | 'flags' | 'pairs' | 'config' | 'plain';

/** One option of one module: what the merge matrix is about. */
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

const image = { directory: '/usr/lib/valkey', env: {} };

export const subjects: readonly Subject[] = [
  {
    title: 'search, an option with a directive',
    module: 'search',
    loadName: 'search',
    variable: 'SEARCH_MODULE_ARGS',
    path: `${image.directory}/libsearch.so`,
    style: 'flags',
    option: 'reader-threads',
    prefix: 'search',
    secret: false,
    values: { same: '3', different: '8', invalid: '0', initial: 'processors' },
    env: image.env,
  },
  {
    title: 'search, a flag',
    module: 'search',
    loadName: 'search',
    variable: 'SEARCH_MODULE_ARGS',
    path: `${image.directory}/libsearch.so`,
    style: 'flag',
    option: 'use-coordinator',
    prefix: 'search',
    secret: false,
    values: { same: '', different: 'no', invalid: 'maybe', initial: '' },
    env: image.env,
  },
  {
    title: 'json',
    module: 'json',
    loadName: 'json',
    variable: 'JSON_MODULE_ARGS',
    path: `${image.directory}/libjson.so`,
    style: 'config',
    option: 'max-path-limit',
    prefix: 'json',
    secret: false,
    values: { same: '64', different: '32', invalid: 'many', initial: '128' },
    env: image.env,
  },
  {
    title: 'bloom',
    module: 'bloom',
    loadName: 'bf',
    variable: 'BLOOM_MODULE_ARGS',
    path: `${image.directory}/libvalkey_bloom.so`,
    style: 'pairs',
    option: 'bloom-capacity',
    prefix: 'bf',
    secret: false,
    values: { same: '200', different: '300', invalid: 'many', initial: '100' },
    env: image.env,
  },
  {
    title: 'ldap',
    module: 'ldap',
    loadName: 'ldap',
    variable: 'LDAP_MODULE_ARGS',
    path: `${image.directory}/libvalkey_ldap.so`,
    style: 'config',
    option: 'connection_pool_size',
    prefix: 'ldap',
    secret: false,
    values: { same: '4', different: '6', invalid: '0', initial: '2' },
    env: image.env,
  },
  {
    title: 'ldap, a secret',
    module: 'ldap',
    loadName: 'ldap',
    variable: 'LDAP_MODULE_ARGS',
    path: `${image.directory}/libvalkey_ldap.so`,
    style: 'config',
    option: 'search_bind_passwd',
    prefix: 'ldap',
    secret: true,
    values: { same: 'hush-one', different: 'hush-two', invalid: null, initial: '' },
    env: image.env,
  },
  {
    title: 'a module without manifest',
    module: 'echo',
    loadName: 'echo_args',
    variable: 'ECHO_MODULE_ARGS',
    path: '/opt/stand-ins/libecho.so',
    style: 'plain',
    option: 'alpha',
    prefix: 'echo',
    secret: false,
    values: { same: 'one', different: 'two', invalid: null, initial: '' },
    env: { MODULE_DIR: '/opt/stand-ins', VALKEY_MODULES: 'echo' },
  },
];

/** The modules that a start adds where nothing else loads them, in the order of loadAfter and file names. */
export function addedBeside(subject: Subject): readonly string[] {
  if (subject.style === 'plain') return [subject.module];
  return ['json', 'search', 'bloom', 'ldap'];
}
