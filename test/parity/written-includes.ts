import { bytesOf } from '../../entrypoint/text/bytes.ts';
import { commandLineCases, echo, leftCases, lineCases, type ParityCase, strictCases, text } from './written.ts';

/** A name whose one letter is not UTF-8, and one that is. */
const latin = '\xe9';
const accent = bytesOf('\u00e9');

/** How includes are read: paths, patterns, joins, `dir`. */
export const includeCases: readonly ParityCase[] = [
  {
    name: 'an include between two load lines',
    files: {
      'main.conf': `loadmodule ${echo(0)}\ninclude inc.conf\nloadmodule ${echo(2)}\n`,
      'inc.conf': `loadmodule ${echo(1)} a\n`,
    },
  },
  {
    name: 'an include in quotes and upper case',
    files: { 'main.conf': 'INCLUDE "inc\\x2econf"\n', 'inc.conf': `loadmodule ${echo(0)}\n` },
  },
  {
    name: 'an absolute include of an include',
    files: {
      'main.conf': 'include @dir@/one.conf\n',
      'one.conf': 'include two.conf\n',
      'two.conf': `loadmodule ${echo(0)}\n`,
    },
  },
  {
    name: 'an include relative to the working directory, not to the file',
    folders: ['sub'],
    files: {
      'main.conf': 'include sub/one.conf\n',
      'sub/one.conf': 'include two.conf\n',
      'sub/two.conf': `loadmodule ${echo(0)} wrong\n`,
      'two.conf': `loadmodule ${echo(0)} right\n`,
    },
  },
  {
    name: 'dir moves a later relative include',
    folders: ['sub'],
    files: {
      'main.conf': 'include inc.conf\ndir sub\ninclude inc.conf\n',
      'inc.conf': `loadmodule ${echo(0)} outside\n`,
      'sub/inc.conf': `loadmodule ${echo(1)} inside\n`,
    },
  },
  {
    name: 'dir in an included file moves the includes behind it',
    folders: ['sub'],
    files: {
      'main.conf': 'include move.conf\ninclude inc.conf\n',
      'move.conf': 'dir @dir@/sub\n',
      'inc.conf': `loadmodule ${echo(0)} outside\n`,
      'sub/inc.conf': `loadmodule ${echo(1)} inside\n`,
    },
  },
  {
    name: 'dir twice, the second one relative',
    folders: ['sub', 'sub/deep'],
    files: {
      'main.conf': 'DIR sub\n"dir" \'deep\'\ninclude inc.conf\n',
      'sub/deep/inc.conf': `loadmodule ${echo(1)}\n`,
    },
  },
  {
    name: 'dir back to its parent',
    folders: ['sub'],
    files: {
      'main.conf': 'dir sub\ndir ..\ninclude inc.conf\n',
      'inc.conf': `loadmodule ${echo(1)}\n`,
      'sub/inc.conf': `loadmodule ${echo(2)}\n`,
    },
  },
  {
    name: 'a pattern, in the order of its matches',
    folders: ['d'],
    files: {
      'main.conf': 'include d/*.conf\n',
      'd/b.conf': `loadmodule ${echo(1)}\n`,
      'd/a.conf': `loadmodule ${echo(0)}\n`,
      'd/B.conf': `loadmodule ${echo(2)}\n`,
      'd/a.conf.bak': `loadmodule ${echo(3)}\n`,
    },
  },
  {
    name: 'a pattern with a class and a question mark',
    folders: ['d'],
    files: {
      'main.conf': 'include d/[0-1]?.conf\n',
      'd/01.conf': `loadmodule ${echo(0)}\n`,
      'd/12.conf': `loadmodule ${echo(1)}\n`,
      'd/21.conf': `loadmodule ${echo(2)}\n`,
    },
  },
  {
    name: 'a pattern with an excluded class',
    folders: ['d'],
    files: {
      'main.conf': 'include d/[!0].conf\ninclude d/[^1].conf\n',
      'd/0.conf': `loadmodule ${echo(0)}\n`,
      'd/1.conf': `loadmodule ${echo(1)}\n`,
    },
  },
  {
    name: 'a pattern matches no hidden file',
    folders: ['d'],
    files: {
      'main.conf': 'include d/*\n',
      'd/.hidden': `loadmodule ${echo(0)}\n`,
      'd/seen': `loadmodule ${echo(1)}\n`,
    },
  },
  {
    name: 'a pattern for hidden files matches them',
    folders: ['d'],
    files: { 'main.conf': 'include d/.h*\n', 'd/.hidden': `loadmodule ${echo(0)}\n` },
  },
  {
    name: 'a pattern over folders',
    folders: ['d', 'd/x', 'd/y'],
    files: {
      'main.conf': 'include d/*/*.conf\n',
      'd/x/a.conf': `loadmodule ${echo(0)}\n`,
      'd/y/a.conf': `loadmodule ${echo(1)}\n`,
      'd/a.conf': `loadmodule ${echo(2)}\n`,
    },
  },
  {
    name: 'two stars do not go deeper than one',
    folders: ['d', 'd/x', 'd/x/y'],
    files: {
      'main.conf': 'include d/**/a.conf\n',
      'd/a.conf': `loadmodule ${echo(0)}\n`,
      'd/x/a.conf': `loadmodule ${echo(1)}\n`,
      'd/x/y/a.conf': `loadmodule ${echo(2)}\n`,
    },
  },
  {
    name: 'braces are no pattern',
    files: { 'main.conf': 'include {a,b}*.conf\n', 'a.conf': `loadmodule ${echo(0)}\n` },
  },
  {
    name: 'an include of a file whose name is not UTF-8',
    files: { 'main.conf': 'include caf\xe9.conf\n', [`caf${latin}.conf`]: `loadmodule ${echo(0)} a\n` },
  },
  {
    name: 'a pattern among whose matches are names that are not UTF-8',
    folders: ['d'],
    files: {
      'main.conf': 'include d/*.conf\n',
      [`d/${latin}.conf`]: `loadmodule ${echo(2)}\n`,
      [`d/${accent}.conf`]: `loadmodule ${echo(1)}\n`,
      'd/z.conf': `loadmodule ${echo(0)}\n`,
    },
  },
  {
    name: 'a pattern with a byte that is not UTF-8',
    folders: ['d'],
    files: {
      'main.conf': 'include d/[\xe8-\xea]?.conf\n',
      [`d/${latin}0.conf`]: `loadmodule ${echo(0)}\n`,
      [`d/${accent}0.conf`]: `loadmodule ${echo(1)}\n`,
    },
  },
  {
    name: 'dir to a directory whose name is not UTF-8',
    folders: [latin],
    files: {
      'main.conf': 'dir \xe9\ninclude inc.conf\n',
      'inc.conf': `loadmodule ${echo(0)} outside\n`,
      [`${latin}/inc.conf`]: `loadmodule ${echo(1)} inside\n`,
    },
  },
  text('a pattern without a match', `include none/*.conf\nloadmodule ${echo(0)}\n`),
  {
    name: 'a pattern that matches a folder',
    folders: ['d', 'd/folder.conf'],
    files: { 'main.conf': 'include d/*.conf\n', 'd/a.conf': `loadmodule ${echo(0)}\n` },
  },
  {
    name: 'matches without a newline at their end run together',
    folders: ['d'],
    files: {
      'main.conf': 'include d/*.conf\n',
      'd/a.conf': `loadmodule ${echo(0)} a`,
      'd/b.conf': `b c\nloadmodule ${echo(1)}\n`,
    },
  },
  {
    name: 'a comment without a newline swallows the next match’s first line',
    folders: ['d'],
    files: {
      'main.conf': 'include d/*.conf\n',
      'd/a.conf': '# end',
      'd/b.conf': `loadmodule ${echo(0)}\nloadmodule ${echo(1)}\n`,
    },
  },
  {
    name: 'a plain include without a newline does not run into the line behind it',
    files: {
      'main.conf': `include inc.conf\nloadmodule ${echo(1)}\n`,
      'inc.conf': `loadmodule ${echo(0)} a`,
    },
  },
  {
    name: 'a configuration file that is a pattern',
    args: ['m*.conf'],
    files: { 'main.conf': `loadmodule ${echo(0)}\n`, 'more.conf': `loadmodule ${echo(1)}\n` },
  },
  text('an included file that does not exist', `loadmodule ${echo(0)}\ninclude none.conf\n`),
  text('an include of two words', 'include a.conf b.conf\n'),
  text('an include without a path', 'include\n'),
];

/** Every written case, in the order in which their readings are told. */
export const allWrittenCases: readonly ParityCase[] = [
  ...lineCases,
  ...includeCases,
  ...commandLineCases,
  ...leftCases,
  ...strictCases.map(([value]) => value),
];
