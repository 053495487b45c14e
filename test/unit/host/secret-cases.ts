import { moduleFile } from '../../support/elf.ts';
import type { Spec } from '../../support/fake-tree.ts';

export const SECRET = 'hunter2-xyzzy';
const conf = '/etc/valkey.conf';

interface Case {
  readonly title: string;
  readonly files?: Readonly<Record<string, Spec>>;
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

const withConf = (text: string): Pick<Case, 'files' | 'command'> => ({
  files: { [conf]: text },
  command: ['valkey-server', conf],
});

/** With a line that must change, so that the whole text is shown as the effective configuration. */
const inCopy = (text: string): Pick<Case, 'files' | 'command'> =>
  withConf(`${text}loadmodule /usr/lib/valkey/libsearch.so --use-coordinator yes\n`);

/** Every place in which a secret can be said, well or badly. */
export const cases: readonly Case[] = [
  { title: 'requirepass in the file', ...inCopy(`requirepass ${SECRET}\n`) },
  { title: 'requirepass in the file, quoted and in upper case', ...inCopy(`REQUIREPASS "${SECRET}"\n`) },
  { title: 'a quote that opens inside the directive', ...inCopy(`require"pass" ${SECRET}\n`) },
  { title: 'an unclosed quote behind requirepass', ...withConf(`requirepass "${SECRET}\n`) },
  { title: 'an unclosed quote behind the word', ...withConf(`requirepass ${SECRET} "\n`) },
  { title: 'masterauth', ...inCopy(`masterauth ${SECRET}\nprimaryauth ${SECRET}\n`) },
  { title: 'tls-key-file-pass', ...inCopy(`tls-key-file-pass ${SECRET}\ntls-client-key-file-pass ${SECRET}\n`) },
  { title: 'an ACL password', ...inCopy(`user alice on >${SECRET} ~* +@all\n`) },
  { title: 'an ACL password in quotes', ...inCopy(`user alice on ">${SECRET}" ~*\n`) },
  { title: 'an ACL password with a blank', ...inCopy(`user alice on ">x ${SECRET}" ~*\n`) },
  { title: 'a quote that opens inside an ACL password', ...inCopy(`user alice on >"x ${SECRET}" ~*\n`) },
  { title: 'an ACL password next to an unclosed quote', ...withConf(`user alice on >${SECRET} "~*\n`) },
  { title: 'the ldap password', ...inCopy(`ldap.search_bind_passwd ${SECRET}\n`) },
  {
    title: 'the ldap password on a load line',
    ...withConf(`loadmodule /usr/lib/valkey/libvalkey_ldap.so search_bind_passwd ${SECRET}\n`),
  },
  {
    title: 'the ldap password on a load line, with its prefix',
    ...withConf(`loadmodule /usr/lib/valkey/libvalkey_ldap.so ldap.search_bind_passwd ${SECRET}\n`),
  },
  {
    title: 'a line that runs into one with a secret',
    files: { [conf]: 'include /d/*\n', '/d/1': 'port 7001', '/d/2': `requirepass ${SECRET}\n` },
    command: [conf],
  },
  { title: 'an old password in a comment', ...inCopy(`# requirepass ${SECRET}\n#user x on >${SECRET}\n`) },
  { title: 'a second ACL password', ...inCopy(`user alice on >a >${SECRET} ~* #${SECRET}\n`) },
  { title: 'a secret on standard input', command: ['-'], stdin: `requirepass ${SECRET}\n` },
  { title: '--requirepass', command: ['--requirepass', SECRET] },
  { title: '--requirepass as one element', command: [`--requirepass ${SECRET}`] },
  { title: '--REQUIREPASS behind another option', command: ['--port', '1', '--REQUIREPASS', SECRET] },
  { title: 'requirepass without hyphens', ...{ files: { [conf]: '' }, command: [conf, 'requirepass', SECRET] } },
  { title: 'a secret behind a newline in an element', command: [`--port 1\nrequirepass ${SECRET}`] },
  { title: '--user with an ACL password', command: ['--user', 'alice', 'on', `>${SECRET}`] },
  { title: '--user with an ACL password as one element', command: [`--user alice on >${SECRET}`] },
  { title: '--requirepass that is not UTF-8', command: ['--requirepass', `${SECRET}\ufffd`] },
  { title: 'VALKEY_EXTRA_FLAGS', env: { VALKEY_EXTRA_FLAGS: `--requirepass ${SECRET}` } },
  {
    title: 'VALKEY_EXTRA_FLAGS with an unclosed quote',
    env: { VALKEY_EXTRA_FLAGS: `--port 1 --requirepass '${SECRET}` },
  },
  { title: 'VALKEY_EXTRA_FLAGS with a newline', env: { VALKEY_EXTRA_FLAGS: `--port 1\n--requirepass ${SECRET}` } },
  { title: 'VALKEY_PASSWORD', env: { VALKEY_PASSWORD: SECRET } },
  {
    title: 'VALKEY_PASSWORD next to another password',
    ...withConf('requirepass other\n'),
    env: { VALKEY_PASSWORD: SECRET },
  },
  {
    title: 'VALKEY_PASSWORD next to VALKEY_PASSWORD_FILE',
    env: { VALKEY_PASSWORD: SECRET, VALKEY_PASSWORD_FILE: '/x' },
  },
  {
    title: 'VALKEY_PASSWORD_FILE',
    files: { '/run/secret': `${SECRET}\n` },
    env: { VALKEY_PASSWORD_FILE: '/run/secret' },
  },
  {
    title: 'VALKEY_PASSWORD_FILE with two lines',
    files: { '/run/secret': `${SECRET}\nx\n` },
    env: { VALKEY_PASSWORD_FILE: '/run/secret' },
  },
  { title: 'LDAP_MODULE_ARGS', env: { LDAP_MODULE_ARGS: `search_bind_passwd ${SECRET}` } },
  {
    title: 'LDAP_MODULE_ARGS with prefix and hyphens',
    env: { LDAP_MODULE_ARGS: `--ldap.search_bind_passwd ${SECRET}` },
  },
  { title: 'LDAP_MODULE_ARGS with an equals sign', env: { LDAP_MODULE_ARGS: `--search_bind_passwd=${SECRET}` } },
  {
    title: 'LDAP_MODULE_ARGS with an unclosed quote',
    env: { LDAP_MODULE_ARGS: `servers x search_bind_passwd '${SECRET}` },
  },
  { title: 'LDAP_MODULE_ARGS with a misspelled name', env: { LDAP_MODULE_ARGS: `search_bind_password ${SECRET}` } },
  {
    title: 'LDAP_MODULE_ARGS next to the same directive',
    ...withConf('ldap.search_bind_passwd other\n'),
    env: { LDAP_MODULE_ARGS: `search_bind_passwd ${SECRET}` },
  },
  {
    title: 'LDAP_MODULE_ARGS that loses against the file',
    ...withConf(`ldap.search_bind_passwd ${SECRET}\n`),
    env: { LDAP_MODULE_ARGS: 'search_bind_passwd other' },
  },
  {
    title: 'a line that runs into an ACL user',
    files: { [conf]: 'include /d/*\n', '/d/1': 'maxclients 100', '/d/2': `user alice on >${SECRET}\n` },
    command: [conf],
  },
  {
    title: 'a line that runs into an ACL user with an unclosed quote',
    ...withConf(`port 1user alice on '>${SECRET}\n`),
  },
  { title: 'a line that runs into one of a sentinel', ...withConf(`port 1sentinel auth-pass m "${SECRET}\n`) },
  { title: 'escapes in the name', ...withConf(`"require\\x70ass" "${SECRET}\n`) },
  { title: 'escapes in the name of a line that is copied', ...inCopy(`"require\\x70ass" "${SECRET}"\n`) },
  { title: 'an escaped blank behind user', ...withConf(`"user\\x20alice on >${SECRET}\n`) },
  ...['requirepas', 'requirepsas', 'masterath', 'master-auth', 'tls-key-file-pas', 'bind_pw', 'usr x on >'].map(
    (name): Case => ({ title: `the misspelled ${name} with an unclosed quote`, ...withConf(`${name} "${SECRET}\n`) }),
  ),
  { title: 'a user without a blank before its password', ...withConf(`user alice>${SECRET} "\n`) },
  {
    title: 'a directive of a module that runs into a user',
    ...withConf(`ldap.connection_pool_size 5user alice on >${SECRET}\n`),
  },
  {
    title: 'a load line that is one word, with a secret in it',
    ...withConf(`loadmodule "/none.so search_bind_passwd ${SECRET}"\n`),
  },
  {
    title: 'a load line without a slash that runs into a password',
    ...withConf(`loadmodule x.sorequirepass ${SECRET}\n`),
  },
  ...['password', '--token', 'url'].flatMap((name): Case[] => {
    const value = name === 'url' ? `redis://u:${SECRET}@h` : SECRET;
    const files = { '/usr/lib/valkey/plain.so': moduleFile() };
    const load = `loadmodule /usr/lib/valkey/plain.so ${name}`;
    return [
      {
        title: `${name} of a module that nothing is known about`,
        files,
        env: { PLAIN_MODULE_ARGS: `${name} ${value}` },
      },
      {
        title: `${name} of such a module, twice`,
        files: { ...files, [conf]: `${load} ${value}\n${load} ${value}3\n` },
        command: [conf],
      },
      {
        title: `${name} of such a module, in both places`,
        files: { ...files, [conf]: `${load} ${value}\n` },
        command: [conf],
        env: { PLAIN_MODULE_ARGS: `${name} ${value}3` },
      },
    ];
  }),
  {
    title: 'VALKEY_EXTRA_FLAGS with a user and an unclosed quote',
    env: { VALKEY_EXTRA_FLAGS: `--port 7000 --user alice on ">${SECRET}` },
  },
  { title: 'VALKEY_EXTRA_FLAGS with a user', env: { VALKEY_EXTRA_FLAGS: `--port 7000 --user alice on ">${SECRET}"` } },
  {
    title: 'VALKEY_EXTRA_FLAGS with a misspelled user',
    env: { VALKEY_EXTRA_FLAGS: `--port 7000 --usr alice on ">${SECRET}` },
  },
  { title: '--user as one element, and its rules', command: [`--user alice on >${SECRET}`, '~*', '+@all'] },
  { title: '--requirepass as one element, and more', command: [`--requirepass ${SECRET}`, 'more'] },
  {
    title: 'a configuration file and an option in one element',
    command: ['valkey-server', `/x.conf --requirepass ${SECRET}`],
  },
  { title: 'a whole command in one element', command: [`valkey-server --requirepass ${SECRET}`] },
  ...[
    `search_bind_pasword "${SECRET}`,
    `search_bind_pass ${SECRET}\nx`,
    `search_bind_psswd=${SECRET}`,
    `bind_pw=${SECRET}`,
    `bind_pw ${SECRET}`,
    `"search_bind_passwd ${SECRET}"`,
    `search_bind_passwd one ${SECRET}`,
    `search_bind_passwd one ${SECRET} two`,
    `search_bind_passwd one two ${SECRET}`,
    `connection_pool_size "5 search_bind_passwd ${SECRET}"`,
  ].map((value): Case => ({ title: `LDAP_MODULE_ARGS=${value}`, env: { LDAP_MODULE_ARGS: value } })),
  {
    title: 'LDAP_MODULE_ARGS for a sentinel',
    command: ['--sentinel'],
    env: { LDAP_MODULE_ARGS: `search_bind_passwd ${SECRET}`, VALKEY_PASSWORD: SECRET },
  },
  {
    title: 'LDAP_MODULE_ARGS for a query',
    command: ['--version'],
    env: { LDAP_MODULE_ARGS: `search_bind_passwd ${SECRET}` },
  },
];
