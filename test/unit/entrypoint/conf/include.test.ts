import { describe, expect, it } from 'vitest';
import { directivesOf, type Reading, readMain } from '../../../../entrypoint/conf/include.ts';
import { asBytes, bytesOf, pathOf } from '../../../../entrypoint/text/bytes.ts';
import { showPlace } from '../../../../entrypoint/text/place.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import type { Spec } from '../../../support/fake-tree.ts';
import { codesOf, refusalOf } from '../../../support/refusal.ts';

const at = { kind: 'argument', index: 1 } as const;

function read(files: Readonly<Record<string, Spec>>, main = '/etc/main.conf', stdin: string | null = null) {
  const host = fakeHost({ files, uid: 1000 });
  const reading: Reading = { cwd: '/data', files: [], warnings: [], open: [] };
  const entries = readMain(host, { path: main, at }, stdin === null ? null : bytesOf(stdin), reading);
  const lines = [...directivesOf(entries)].map(
    ({ name, args, line }) => `${showPlace(line.at)} ${[name, ...args].join(' ')}`,
  );
  return { lines, ...reading };
}

describe('an include line', () => {
  it('brings its lines in place', () => {
    const { lines } = read({ '/etc/main.conf': 'a 1\ninclude /etc/b.conf\nc 3\n', '/etc/b.conf': 'b 2\n' });
    expect(lines).toEqual(['/etc/main.conf:1 a 1', '/etc/b.conf:1 b 2', '/etc/main.conf:3 c 3']);
  });
  it('nests', () => {
    const { lines, files } = read({
      '/etc/main.conf': 'include /etc/b.conf\n',
      '/etc/b.conf': 'include /etc/c.conf\nb 2\n',
      '/etc/c.conf': 'c 3\n',
    });
    expect(lines).toEqual(['/etc/c.conf:1 c 3', '/etc/b.conf:2 b 2']);
    expect(files).toEqual(['/etc/main.conf', '/etc/b.conf', '/etc/c.conf']);
  });
  it('ends its last line, with or without a newline in the file', () => {
    const { lines, warnings } = read({ '/etc/main.conf': 'include /etc/b.conf\nc 3\n', '/etc/b.conf': 'b 2' });
    expect(lines).toEqual(['/etc/b.conf:1 b 2', '/etc/main.conf:2 c 3']);
    expect(warnings).toEqual([]);
  });
  it('may stand twice', () => {
    expect(read({ '/etc/main.conf': 'include /b\ninclude /b\n', '/b': 'b 2\n' }).lines).toHaveLength(2);
  });
  it('may name a file with blanks in quotes', () => {
    expect(read({ '/etc/main.conf': 'include "/etc/b c.conf"\n', '/etc/b c.conf': 'b 2\n' }).lines).toHaveLength(1);
  });
  it('may name a file whose name is not UTF-8', () => {
    const name = pathOf(asBytes('/etc/caf\xe9.conf'));
    const files = { '/etc/main.conf': { bytes: asBytes('include /etc/caf\xe9.conf\n') }, [name]: 'b 2\n' };
    expect(read(files).lines).toEqual(['/etc/caf\\xe9.conf:1 b 2']);
  });
  it('may name a file whose name is not ASCII', () => {
    expect(read({ '/etc/main.conf': 'include /etc/é.conf\n', '/etc/é.conf': 'b 2\n' }).lines).toHaveLength(1);
  });
});

describe('a relative include', () => {
  it('counts from the working directory, not from the file that names it', () => {
    expect(read({ '/etc/main.conf': 'include b.conf\n', '/data/b.conf': 'b 2\n' }).files[1]).toBe('/data/b.conf');
  });
  it('counts from the directory of a dir line that was read before it', () => {
    const { files } = read({ '/etc/main.conf': 'dir /srv\ninclude b.conf\n', '/srv/b.conf': 'b 2\n' });
    expect(files[1]).toBe('/srv/b.conf');
  });
  it('counts from the directory of a dir line in a file included before it', () => {
    const { files } = read({
      '/etc/main.conf': 'include /etc/d.conf\ninclude b.conf\n',
      '/etc/d.conf': 'dir /srv\n',
      '/srv/b.conf': 'b 2\n',
    });
    expect(files[2]).toBe('/srv/b.conf');
  });
  it('does not count from a dir line that follows it', () => {
    const { files } = read({ '/etc/main.conf': 'include b.conf\ndir /srv\n', '/data/b.conf': '', '/srv/b.conf': '' });
    expect(files[1]).toBe('/data/b.conf');
  });
  it('follows a relative dir, and one that is a link', () => {
    const { files, cwd } = read({
      '/etc/main.conf': 'dir sub\ninclude ../b.conf\n',
      '/data/sub': { link: '/srv/deep' },
      '/srv/deep': { directory: true },
      '/srv/b.conf': '',
    });
    expect([files[1], cwd]).toEqual(['/srv/deep/../b.conf', '/srv/deep']);
  });
});

describe('a dir line', () => {
  it('that leads nowhere is warned of, as the server ends over it', () => {
    const { warnings, cwd } = read({ '/etc/main.conf': 'dir /none\n' });
    expect([codesOf(warnings), cwd]).toEqual([['VB111'], '/none']);
  });
  it('that leads to a file is warned of', () => {
    expect(codesOf(read({ '/etc/main.conf': 'dir /etc/main.conf\n' }).warnings)).toEqual(['VB111']);
  });
  it('with more than one word moves nothing: the server refuses it', () => {
    expect(read({ '/etc/main.conf': 'dir /etc /srv\n' }).cwd).toBe('/data');
  });
});

describe('a pattern', () => {
  it('brings its matches in byte order', () => {
    const { files } = read({
      '/etc/main.conf': 'include /etc/d/*.conf\n',
      '/etc/d/b.conf': '',
      '/etc/d/a.conf': '',
      '/etc/d/B.conf': '',
      '/etc/d/c.txt': '',
    });
    expect(files.slice(1)).toEqual(['/etc/d/B.conf', '/etc/d/a.conf', '/etc/d/b.conf']);
  });
  it('may match nothing', () => {
    expect(read({ '/etc/main.conf': 'include /etc/none/*.conf\na 1\n' }).lines).toEqual(['/etc/main.conf:2 a 1']);
  });
  it('joins its matches without a newline, and warns where that makes one line of two', () => {
    const { lines, warnings } = read({
      '/etc/main.conf': 'include /etc/d/*\n',
      '/etc/d/1': 'port 7001',
      '/etc/d/2': 'loglevel verbose\n',
    });
    expect(lines).toEqual(['/etc/d/1:1 port 7001loglevel verbose']);
    expect(codesOf(warnings)).toEqual(['VB109']);
  });
  it('counts from dir where it is relative', () => {
    const { files } = read({ '/etc/main.conf': 'dir /srv\ninclude *.conf\n', '/srv/x.conf': '', '/data/y.conf': '' });
    expect(files.slice(1)).toEqual(['/srv/x.conf']);
  });
  it('passes over a directory among its matches', () => {
    const { lines } = read({ '/etc/main.conf': 'include /etc/d/*\n', '/etc/d/sub/x': 'x 1\n', '/etc/d/z': 'z 1\n' });
    expect(lines).toEqual(['/etc/d/z:1 z 1']);
  });
  it('is what a main file with a wildcard in its name is, too', () => {
    expect(read({ '/etc/[m]ain.conf': '', '/etc/main.conf': 'a 1\n' }, '/etc/[m]ain.conf').files).toEqual([
      '/etc/main.conf',
    ]);
  });
});

it('standard input follows the file, and runs on in its last line where no newline ends it', () => {
  const { lines, warnings } = read({ '/etc/main.conf': 'a 1\nb 2' }, '/etc/main.conf', '2\nc 3');
  expect(lines).toEqual(['/etc/main.conf:1 a 1', '/etc/main.conf:2 b 22', 'stdin:2 c 3']);
  expect(codesOf(warnings)).toEqual(['VB109']);
});

describe('a file that cannot be read as the server reads one', () => {
  const include = 'include /x\n';
  it.each<[string, string, Readonly<Record<string, Spec>>]>([
    ['is missing', 'VB101', { '/etc/main.conf': include }],
    ['may not be read', 'VB102', { '/etc/main.conf': include, '/x': { text: 'a 1', mode: 0o600 } }],
    ['is a directory', 'VB103', { '/etc/main.conf': include, '/x/y': '' }],
    ['is a FIFO', 'VB108', { '/etc/main.conf': include, '/x': { special: 'FIFO' } }],
    ['includes itself', 'VB104', { '/etc/main.conf': include, '/x': 'include /x\n' }],
    [
      'includes itself through another one',
      'VB104',
      { '/etc/main.conf': include, '/x': 'include /y\n', '/y': 'include /x\n' },
    ],
    ['includes the main file', 'VB104', { '/etc/main.conf': include, '/x': 'include /etc/main.conf\n' }],
    [
      'includes itself through a link',
      'VB104',
      { '/etc/main.conf': include, '/x': 'include /y\n', '/y': { link: '/x' } },
    ],
    ['includes itself by a pattern', 'VB104', { '/etc/main.conf': include, '/x': 'include /[x]\n' }],
    ['has a NUL byte', 'VB106', { '/etc/main.conf': include, '/x': 'a 1\nb\0\n' }],
    ['has an include without a path', 'VB107', { '/etc/main.conf': include, '/x': 'include\n' }],
  ])('%s: %s', (_, code, files) => expect(refusalOf(() => read(files)).code).toBe(code));

  it('is named with the line that includes it', () => {
    const refused = refusalOf(() => read({ '/etc/main.conf': 'a 1\ninclude /x\n' }));
    expect(refused.at).toEqual({ kind: 'file', path: '/etc/main.conf', line: 2 });
  });
  it('is named with its own line where a NUL byte stands', () => {
    const refused = refusalOf(() => read({ '/etc/main.conf': 'a 1\nb\0\n' }));
    expect(refused.at).toEqual({ kind: 'file', path: '/etc/main.conf', line: 2 });
  });
  it('is named with the argument where it is the main one', () => {
    expect(refusalOf(() => read({}))).toMatchObject({ code: 'VB101', at });
  });
});

it('a NUL byte on standard input is refused with its line there', () => {
  const refused = refusalOf(() => read({ '/etc/main.conf': '' }, '/etc/main.conf', 'a\n\nb\0'));
  expect([refused.code, refused.at]).toEqual(['VB106', { kind: 'stdin', line: 3 }]);
});

describe('files that include each other in a chain', () => {
  const chain = (length: number) => ({
    ...Object.fromEntries(
      Array.from({ length }, (_, index) => [`/etc/${index}`, `a ${index}\ninclude /etc/${index + 1}\n`]),
    ),
    [`/etc/${length}`]: 'end 1\n',
  });
  it('are read', () => expect(read(chain(500), '/etc/0').lines).toHaveLength(501));
  it('are refused at the include that is one too many', () => {
    expect(refusalOf(() => read(chain(501), '/etc/0'))).toMatchObject({
      code: 'VB110',
      at: { kind: 'file', path: '/etc/500', line: 2 },
      frame: '  | include /etc/501',
    });
  });
});

it('files that include two others each are refused before they multiply without end', () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`/etc/${index}`, `include /etc/${index + 1}\n`.repeat(2)]),
  );
  expect(refusalOf(() => read({ ...files, '/etc/20': '' }, '/etc/0')).code).toBe('VB110');
});
