import type { CataloguePage } from './page.ts';

/** VB1xx: reading the configuration. */
export const confEntries = {
  VB101: {
    title: 'configuration file is missing',
    severity: 'error',
    exitCode: 66,
    meaning:
      'A configuration file, or a file that an include line names without a wildcard, does not exist. The server would end too.',
    fix: 'Check the path and the mount. A relative path counts from the working directory, and from `dir` once that was read.',
  },
  VB102: {
    title: 'configuration file cannot be read',
    severity: 'error',
    exitCode: 66,
    meaning: 'The file exists, but this user may not read it, or reading failed.',
    fix: 'Make the file readable for the user of the container (mode 0644, or its owner).',
  },
  VB103: {
    title: 'configuration file is a directory',
    severity: 'error',
    exitCode: 66,
    meaning:
      'The server would read a directory as an empty configuration and start without your settings. It usually means that a mount names a file which does not exist on the host: Docker then creates a directory.',
    fix: 'Name the file inside it, or correct the mount.',
  },
  VB104: {
    title: 'include cycle',
    severity: 'error',
    exitCode: 78,
    meaning: 'A file includes itself, directly or through others. The server would recurse until it crashes.',
    fix: 'Remove one of the include lines of the chain.',
  },
  VB105: {
    title: 'unbalanced quotes in a configuration line',
    severity: 'error',
    exitCode: 78,
    meaning:
      'A quote is not closed, or a closing quote is not followed by a blank. There are no comments behind a directive.',
    fix: 'Close the quote, or escape it: \\" inside double quotes, \\\' inside single quotes.',
  },
  VB106: {
    title: 'NUL byte in the configuration',
    severity: 'error',
    exitCode: 78,
    meaning: 'The server reads C strings: what stands behind a NUL byte on a line is lost without a word.',
    fix: 'Save the file as plain text (UTF-8 without NUL bytes; UTF-16 has one in every second byte).',
  },
  VB107: {
    title: 'wrong number of words in an include or loadmodule line',
    severity: 'error',
    exitCode: 78,
    meaning: 'include takes exactly one path, loadmodule at least one word. The server would end too.',
    fix: 'Write include <path> or loadmodule <path> [argument ...].',
  },
  VB108: {
    title: 'configuration is not a file',
    severity: 'error',
    exitCode: 66,
    meaning: 'A FIFO, a socket or a device was named. Reading it could wait for ever, and it can be read only once.',
    fix: 'Write the text into a file, or hand it over on standard input: `docker run -i IMAGE - < valkey.conf`.',
  },
  VB109: {
    title: 'a file without a last newline runs into the next one',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The server joins the matches of one include pattern, and a file with its standard input, with nothing in between: the last line of one and the first line of the next become one line.',
    fix: 'End the file with a newline.',
  },
  VB110: {
    title: 'too many included files',
    severity: 'error',
    exitCode: 78,
    meaning:
      'More than 10,000 files were included, or includes are nested more than 500 deep: nobody writes that by hand, so files include each other in a way that multiplies, or a program made a chain of them.',
    fix: 'Include each file once; write a chain as include lines in one file.',
  },
  VB111: {
    title: 'working directory does not exist',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'A dir directive names something that is not a directory. The server ends over it, and relative paths behind it mean nothing.',
    fix: 'Create the directory, mount it, or correct the directive.',
  },
  VB112: {
    title: 'no configuration file matches',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The name of the configuration file has *, ? or [ in it, so the server takes it for a pattern; one that matches nothing is an empty configuration.',
    fix: 'Rename the file, or quote the character with a backslash.',
  },
  VB113: {
    title: 'configuration line begins with a byte order mark',
    severity: 'error',
    exitCode: 78,
    meaning:
      'Some editors save UTF-8 with an invisible mark in front. To the server it belongs to the first word, so it ends over that line, even where the line is a comment.',
    fix: "Save the file as UTF-8 without a byte order mark, or remove it: LC_ALL=C sed -i 's/^\\xEF\\xBB\\xBF//' FILE",
  },
  VB114: {
    title: 'line of an ACL file begins with a byte order mark',
    severity: 'error',
    exitCode: 78,
    meaning:
      'Some editors save UTF-8 with an invisible mark in front. The server takes it for a part of the first word, which has to be `user`, and ends.',
    fix: "Save the file as UTF-8 without a byte order mark, or remove it: LC_ALL=C sed -i 's/^\\xEF\\xBB\\xBF//' FILE",
  },
} as const satisfies Readonly<Record<string, CataloguePage>>;

/** VB2xx: the variables. */
export const environmentEntries = {
  VB201: {
    title: 'unbalanced quotes in a variable',
    severity: 'error',
    exitCode: 78,
    meaning:
      'The variable is read in the quoting of valkey.conf, and a quote in it is not closed or not followed by a blank.',
    fix: 'Close the quote. A shell and YAML take one level of quotes away before the value arrives here.',
  },
  VB202: {
    title: 'newline in a variable',
    severity: 'error',
    exitCode: 78,
    meaning: 'Arguments are one line. A newline inside could become a directive of its own.',
    fix: 'Put everything on one line; in YAML use > instead of | for a long value.',
  },
  VB203: {
    title: 'variable fits no module',
    severity: 'warning',
    exitCode: 0,
    meaning: 'A *_MODULE_ARGS variable is set whose name is that of no module found. Its arguments reach nobody.',
    fix: 'Use the name that `valkey-bundle modules` shows.',
  },
  VB204: {
    title: 'unknown name in VALKEY_MODULES',
    severity: 'error',
    exitCode: 78,
    meaning:
      'VALKEY_MODULES takes all, none, names of modules, or exclusions (-name); names and exclusions do not mix.',
    fix: 'Use names that `valkey-bundle modules` shows.',
  },
  VB205: {
    title: 'password file cannot be used',
    severity: 'error',
    exitCode: 66,
    meaning: 'VALKEY_PASSWORD_FILE names a file that is missing, unreadable or empty.',
    fix: 'Check the path and the mount of the secret; the password is the one line in it.',
  },
  VB206: {
    title: 'two passwords',
    severity: 'error',
    exitCode: 78,
    meaning: 'VALKEY_PASSWORD and VALKEY_PASSWORD_FILE are both set.',
    fix: 'Set only one of them.',
  },
  VB207: {
    title: 'module directory cannot be read',
    severity: 'error',
    exitCode: 78,
    meaning: 'MODULE_DIR names something that is not a readable directory.',
    fix: 'Name an existing directory, or unset MODULE_DIR for /usr/lib/valkey.',
  },
  VB208: {
    title: 'no module directory',
    severity: 'warning',
    exitCode: 0,
    meaning: 'The default module directory /usr/lib/valkey does not exist, so no module is added.',
    fix: 'Nothing to do on a host; inside the image it means that the image is damaged.',
  },
  VB209: {
    title: 'password from the environment is not used',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The configuration, the command line or an ACL rule for the user default sets the password already, or turns that user off, and they win over the environment.',
    fix: 'Remove the directive (CONFIG REWRITE may have written it), or the variable.',
  },
  VB210: {
    title: 'arguments for a module that is not loaded',
    severity: 'warning',
    exitCode: 0,
    meaning: 'A *_MODULE_ARGS variable is set for a module that VALKEY_MODULES leaves out.',
    fix: 'Add the module to VALKEY_MODULES, or unset the variable.',
  },
  VB211: {
    title: 'not valid UTF-8',
    severity: 'error',
    exitCode: 78,
    meaning: 'An argument or a variable holds bytes that are not UTF-8. They could not be handed on unchanged.',
    fix: 'Write such bytes as \\xHH inside double quotes, in the configuration file or in a *_MODULE_ARGS variable.',
  },
  VB212: {
    title: 'password cannot be used',
    severity: 'error',
    exitCode: 78,
    meaning: 'A variable that holds a password, or VALKEY_PASSWORD_FILE, is set but empty.',
    fix: 'Set a password, or unset the variable to start without one.',
  },
  VB213: {
    title: 'control character in a password',
    severity: 'error',
    exitCode: 78,
    meaning:
      'One line end behind a password is taken away, in a file and in a variable; any other control character is not meant, or cannot be typed.',
    fix: 'Write the password on one line, without tabs and escapes.',
  },
  VB214: {
    title: 'sentinel does not use the password',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'VALKEY_PASSWORD and VALKEY_PASSWORD_FILE are for servers. A sentinel is handed its configuration as it is.',
    fix: 'Write requirepass, sentinel sentinel-pass and sentinel auth-pass into its configuration, and unset the variable.',
  },
  VB215: {
    title: 'byte order mark in front of a value',
    severity: 'error',
    exitCode: 78,
    meaning:
      'A variable or a password file begins with the invisible mark that some editors put in front of UTF-8. It would be a part of the password, or of the first argument.',
    fix: "Save the text as UTF-8 without a byte order mark, or remove it: LC_ALL=C sed -i 's/^\\xEF\\xBB\\xBF//' FILE",
  },
  VB216: {
    title: 'variable of another image',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'A variable is set that the images redis-stack or bitnami read, and this one does not: what it asks for does not happen. docs/environment.md lists them.',
    fix: 'Say the same as the message shows, in a variable or as an option of the server, and unset the variable.',
  },
} as const satisfies Readonly<Record<string, CataloguePage>>;
