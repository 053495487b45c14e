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
    fix: 'Name the file inside it, or mend the mount.',
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
    fix: 'Create the directory, mount it, or mend the directive.',
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
