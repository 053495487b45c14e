import { describe, expect, it } from 'vitest';
import type { LoadLine } from '../../../../entrypoint/modules/discover.ts';
import { additionOrder, mendOrder } from '../../../../entrypoint/modules/plan.ts';
import type { WantedLoad } from '../../../../entrypoint/modules/precedence.ts';
import { asBytes } from '../../../../entrypoint/text/bytes.ts';
import { directives, fileAt } from '../../../support/conf-lines.ts';
import { moduleFile } from '../../../support/elf.ts';
import { bundle, coordinatorBundle, manifests } from '../../../support/fake-image.ts';
import { start, waitingTool } from '../../../support/fake-start.ts';
import { loadableObject } from '../../../support/loadable-object.ts';
import { codesOf } from '../../../support/refusal.ts';

const conf = '/etc/valkey.conf';

describe('a module that needs a newer server than the image has', () => {
  it('is loaded with a warning: the module decides', () => {
    const { codes, exec } = start([], {}, { bundle: { ...bundle, valkey: '8.1.0' } });
    expect([codes, exec !== null]).toEqual([['VB309'], true]);
  });
  it('is loaded in silence where the server is new enough', () => {
    expect(start([], {}, { bundle: { ...bundle, valkey: '8.1.1' } }).codes).toEqual([]);
  });
});

describe('a file without an OnLoad function', () => {
  const path = '/usr/lib/valkey/libplain.so';
  const library = asBytes(loadableObject({ defined: [] }).toString('latin1'));
  const files = { [path]: { bytes: library, mode: 0o755 } };
  const loadsIt = (argv: readonly string[] | undefined) => argv?.some((text) => text.includes(path));
  it('is left out with a warning where it was only discovered, whatever its variable says', () => {
    const { codes, exec } = start([], { PLAIN_MODULE_ARGS: 'a b' }, { files });
    expect(codes).toEqual(['VB311']);
    expect(exec?.argv).toEqual(start([]).exec?.argv);
  });
  it('is refused where a line asks for it, before anything is written', () => {
    const { codes, events } = start(['--loadmodule', path], {}, { files });
    expect(codes).toEqual(['VB310']);
    expect(events.map(({ kind }) => kind)).toEqual(['print', 'exit']);
  });
  it('is refused where VALKEY_MODULES asks for it by name', () => {
    expect(start([], { VALKEY_MODULES: 'json plain' }, { files })).toMatchObject({ codes: ['VB310'], exitCode: 78 });
  });
  it.each(['all', '-json'])('is not asked for by VALKEY_MODULES=%s', (value) => {
    expect(start([], { VALKEY_MODULES: value }, { files }).codes).toEqual(['VB311']);
  });
  it('says nothing where VALKEY_MODULES leaves it out', () => {
    expect(start([], { VALKEY_MODULES: '-plain' }, { files }).codes).toEqual([]);
  });
  it('is a warning of doctor, not ok', async () => {
    const { stdout, exitCode } = await waitingTool(['doctor'], {}, { files });
    expect([exitCode, /^warn module plain\n +VB311 /m.test(stdout)]).toEqual([0, true]);
  });
  it('goes to the server where a library that it needs may have the function', () => {
    const wrapper = asBytes(loadableObject({ defined: [], needed: ['libcore.so'] }).toString('latin1'));
    expect(loadsIt(start([], {}, { files: { [path]: { bytes: wrapper, mode: 0o755 } } }).exec?.argv)).toBe(true);
  });
});

describe('a default of the image with a condition', () => {
  const hasCoordinator = (args: readonly string[], files = {}) =>
    start(['valkey-server', ...args], {}, { bundle: coordinatorBundle, files }).exec?.argv.some((text) =>
      text.includes('--use-coordinator'),
    );
  it.each([
    [['--cluster-enabled', 'yes'], true],
    [['--cluster-enabled', 'YES'], true],
    [['--cluster-enabled', 'no'], false],
    [[], false],
    [[conf], true],
    [[conf, '--cluster-enabled', 'no'], false],
  ])('holds as the last value says: %j: %s', (args, expected) => {
    expect(hasCoordinator(args, { [conf]: 'cluster-enabled yes\n' })).toBe(expected);
  });
});

describe('a default of the image', () => {
  const when = (conditions: Readonly<Record<string, string>>, ...args: readonly string[]) => {
    const moduleArgs = [{ module: 'bloom', args: 'bloom-capacity 7', when: conditions }];
    const image = { bundle: { ...bundle, defaults: { moduleArgs, directives: [] } } };
    return start(['valkey-server', ...args], {}, image).exec?.argv.some((text) => text.includes('bloom-capacity 7'));
  };
  it('holds always where it has no condition', () => expect(when({})).toBe(true));
  it('holds where all of its conditions hold', () => {
    const both = { 'cluster-enabled': 'yes', appendonly: 'yes' };
    expect(when(both, '--cluster-enabled', 'yes')).toBe(false);
    expect(when(both, '--cluster-enabled', 'yes', '--appendonly', 'yes')).toBe(true);
  });
});

describe('a directive of the image', () => {
  const open = { ...bundle, defaults: { moduleArgs: [], directives: [{ name: 'protected-mode', value: 'no' }] } };
  it('is set where nobody else sets it', () => {
    expect(start([], {}, { bundle: open }).exec?.argv).toContain('--protected-mode no');
    expect(start(['--protected-mode', 'yes'], {}, { bundle: open }).exec?.argv).not.toContain('--protected-mode no');
  });
  it.each([
    [[], {}, true],
    [[], { VALKEY_PASSWORD: 'x' }, false],
    [['--requirepass', 'x'], {}, false],
    [['--aclfile', '/x'], {}, false],
    [['--bind', '127.0.0.1'], {}, false],
    [['--bind', '0.0.0.0'], {}, true],
    [['--port', '0'], {}, false],
    [['--protected-mode', 'yes'], {}, false],
  ])('that opens the server is warned of where no password guards it: %j %j: %s', (args, env, warns) => {
    expect(start(['valkey-server', ...args], env, { bundle: open }).codes.includes('VB510')).toBe(warns);
  });
});

describe('a load path', () => {
  it('is looked at from the directory that dir moved to', () => {
    const files = { [conf]: 'loadmodule ./echo.so\ndir /srv/v\n', '/srv/v/echo.so': moduleFile() };
    expect(start([conf], {}, { files }).codes).not.toContain('VB302');
  });
  it('without a slash is left to the search path of the system where no such file stands here', () => {
    expect(start([conf], {}, { files: { [conf]: 'loadmodule libelsewhere.so\n' } }).exec).not.toBeNull();
  });
});

describe('a variable', () => {
  it('for a module that only a load line names is claimed by it', () => {
    const files = { [conf]: 'loadmodule /opt/libecho.so\n', '/opt/libecho.so': moduleFile() };
    const { codes, hostAfter, exec } = start([conf], { ECHO_MODULE_ARGS: 'x' }, { files });
    expect(codes).toEqual(['VB504']);
    expect(hostAfter().tree.look(exec?.argv[1] ?? '')?.content).toContain('loadmodule /opt/libecho.so x\n');
  });
  it('that no module claims is warned of', () => {
    expect(start([], { SERACH_MODULE_ARGS: 'x' }).codes).toEqual(['VB203']);
  });
});

it('a missing bundle.json is a warning, and modules are loaded as ever', () => {
  const { codes, exec } = start([], {}, { bundle: null });
  expect([codes, exec?.argv.length]).toEqual([['VB511'], 5]);
});

describe('the order of loads', () => {
  const [search = null] = manifests.filter(({ name }) => name === 'search');

  function module(name: string, loadAfter: readonly string[] = []) {
    const file = `lib${name}.so`;
    const manifest = search === null ? null : { ...search, name, file, loadAfter: [...loadAfter] };
    return { name, file, path: `/m/${file}`, realPath: `/m/${file}`, variable: name.toUpperCase(), manifest };
  }

  const [line] = directives('loadmodule /m/x.so');

  function load(name: string, from: LoadLine['from'] | null, loadAfter: readonly string[] = []): WantedLoad {
    const path = asBytes(`/m/lib${name}.so`);
    const own =
      from === null || line === undefined
        ? null
        : { path, args: [], at: fileAt(1), directive: line, from, position: 0 };
    return { module: module(name, loadAfter), path, args: [], line: own, changed: false };
  }

  describe('additions', () => {
    const order = (...modules: ReturnType<typeof module>[]) => additionOrder(modules).map(({ name }) => name);
    it('come by file name', () => {
      expect(order(module('c'), module('a'), module('b'))).toEqual(['a', 'b', 'c']);
    });
    it('come after what their manifest names', () => {
      expect(order(module('a', ['c']), module('b'), module('c'))).toEqual(['b', 'c', 'a']);
    });
    it('come after what comes after something itself', () => {
      expect(order(module('a', ['b']), module('b', ['c']), module('c'))).toEqual(['c', 'b', 'a']);
    });
    it('do not wait for a module that is not there', () => {
      expect(order(module('b', ['missing']), module('a'))).toEqual(['a', 'b']);
    });
    it('end, even where manifests wait for each other', () => {
      expect(order(module('a', ['b']), module('b', ['a']))).toHaveLength(2);
    });
  });

  describe('an order that violates loadAfter', () => {
    const mend = (...loads: readonly WantedLoad[]) => {
      const { loads: ordered, warnings } = mendOrder(loads);
      return [ordered.map(({ module: { name } }) => name).join(' '), codesOf(warnings).join(' ')];
    };
    it('stays where it is right', () => {
      expect(mend(load('json', 'file'), load('search', 'file', ['json']))).toEqual(['json search', '']);
    });
    it('moves the addition to the front of a file that loads what needs it', () => {
      expect(mend(load('a', 'file'), load('search', 'file', ['json']), load('json', null))).toEqual([
        'json a search',
        '',
      ]);
    });
    it('moves a line of the user directly before what needs it, and says so', () => {
      expect(
        mend(load('a', 'file'), load('search', 'file', ['json']), load('b', 'file'), load('json', 'file')),
      ).toEqual(['a json search b', 'VB412']);
    });
    it('moves a line of the command line before an addition that needs it, which nobody has to mend', () => {
      expect(mend(load('search', null, ['json']), load('json', 'options'))).toEqual(['json search', '']);
    });
    it('follows a chain', () => {
      expect(mend(load('a', 'file', ['b']), load('b', 'file', ['c']), load('c', 'file'))[0]).toBe('c b a');
    });
    it('ends, even where manifests wait for each other', () => {
      expect(mendOrder([load('a', 'file', ['b']), load('b', 'file', ['a'])]).loads).toHaveLength(2);
    });
  });
});
