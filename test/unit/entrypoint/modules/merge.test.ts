import { describe, expect, it } from 'vitest';
import { merge } from '../../../support/merge-module.ts';

const line = 'loadmodule /usr/lib/valkey/libsearch.so';
const at1 = '/etc/valkey/valkey.conf:1';
const at2 = '/etc/valkey/valkey.conf:2';

describe('a module that nothing loads', () => {
  it('is added with the arguments of the environment', () => {
    expect(merge({ env: '--reader-threads 8' })).toMatchObject({
      verdict: 'added',
      args: ['--reader-threads 8 <- X'],
      codes: [],
    });
  });
  it('gets the defaults of the image behind them', () => {
    expect(merge({ env: '--reader-threads 8', image: '--use-coordinator' }).args).toEqual([
      '--reader-threads 8 <- X',
      '--use-coordinator <- image default (b)',
    ]);
  });
  it('lets the environment win over the image', () => {
    expect(merge({ env: '--reader-threads 8', image: '--reader-threads 2' }).args).toEqual(['--reader-threads 8 <- X']);
    expect(merge({ env: '--use-coordinator no', image: '--use-coordinator' }).args).toEqual([]);
  });
  it('lets a directive of the configuration win over environment and image, and says so', () => {
    const conf = 'search.reader-threads 4\n';
    expect(merge({ conf, env: '--reader-threads 8' })).toMatchObject({ args: [], codes: ['VB407'] });
    expect(merge({ conf, image: '--reader-threads 8' })).toMatchObject({ args: [], codes: ['VB407'] });
  });
  it('says nothing where the directive and the environment agree', () => {
    expect(merge({ conf: 'search.reader-threads 8\n', env: '--reader-threads 08' })).toMatchObject({
      args: [],
      codes: [],
    });
  });
  it('says nothing where they agree about bytes, which CONFIG REWRITE writes in its own unit', () => {
    const env = 'max-document-size 64mb';
    expect(merge({ name: 'json', conf: 'json.max-document-size 67108864\n', env }).codes).toEqual([]);
    expect(merge({ name: 'json', conf: 'json.max-document-size 67108865\n', env }).codes).toEqual(['VB407']);
  });
  it('gets directives where it takes no arguments', () => {
    expect(merge({ name: 'json', env: 'max-path-limit 5' })).toMatchObject({
      verdict: 'added',
      args: [],
      directives: ['json.max-path-limit 5 <- X'],
    });
  });
  it('is left out where VALKEY_MODULES does not let it in', () => {
    expect(merge({ selected: false })).toMatchObject({
      verdict: 'skipped',
      args: null,
      at: 'VALKEY_MODULES',
      codes: [],
    });
  });
  it('is left out with a warning where the environment has arguments for it', () => {
    expect(merge({ selected: false, env: '--use-coordinator' }).codes).toEqual(['VB210']);
  });
});

describe('a module that one line loads', () => {
  it('is kept as it stands', () => {
    expect(merge({ conf: `${line} --reader-threads 4 --use-coordinator` })).toMatchObject({
      verdict: 'kept',
      args: [`--reader-threads 4 <- ${at1}`, `--use-coordinator <- ${at1}`],
      changed: false,
      at: at1,
    });
  });
  it('wins over the environment where it sets the same option, and says so', () => {
    expect(merge({ conf: `${line} --reader-threads 4`, env: '--reader-threads 8' })).toMatchObject({
      verdict: 'kept',
      changed: false,
      codes: ['VB407'],
    });
  });
  it('says nothing where both say the same', () => {
    const agreed = merge({
      conf: `${line} --reader-threads 8 --use-coordinator`,
      env: '--use-coordinator --reader-threads 8',
    });
    expect(agreed).toMatchObject({ verdict: 'kept', changed: false, codes: [] });
  });
  it('gets an option that is also a directive as a directive, so that the line can stay', () => {
    expect(merge({ conf: line, env: '--reader-threads 8' })).toMatchObject({
      verdict: 'merged',
      changed: false,
      args: [],
      directives: ['search.reader-threads 8 <- X'],
    });
  });
  it('gets a flag that is no directive on its line, which changes', () => {
    expect(merge({ conf: `${line} --reader-threads 4`, env: '--use-coordinator' })).toMatchObject({
      verdict: 'merged',
      changed: true,
      args: [`--reader-threads 4 <- ${at1}`, '--use-coordinator <- X'],
    });
  });
  it('wins over the default of the image', () => {
    expect(merge({ conf: `${line} --use-coordinator`, image: '--use-coordinator' })).toMatchObject({
      changed: false,
      codes: [],
    });
    expect(merge({ conf: `${line} --use-coordinator`, env: '--use-coordinator no' })).toMatchObject({
      changed: false,
      codes: ['VB407'],
    });
  });
  it('is mended where the module would not understand it', () => {
    expect(merge({ conf: `${line} --use-coordinator yes` })).toMatchObject({
      verdict: 'merged',
      changed: true,
      args: [`--use-coordinator <- ${at1}`],
      codes: ['VB401'],
    });
  });
  it('stays with a warning where VALKEY_MODULES leaves the module out', () => {
    expect(merge({ conf: line, selected: false })).toMatchObject({ verdict: 'kept', codes: ['VB308'] });
  });
  it('keeps the path that the user chose', () => {
    expect(merge({ conf: 'loadmodule ./libsearch.so' }).path).toBe('./libsearch.so');
  });
  it('keeps an option that it repeats, as it stands there', () => {
    expect(merge({ conf: `${line} --reader-threads 4 --reader-threads 8` })).toMatchObject({
      changed: false,
      args: [`--reader-threads <- ${at1}`, `4 <- ${at1}`, `--reader-threads <- ${at1}`, `8 <- ${at1}`],
    });
  });
});

describe('a module that two lines load', () => {
  it('is loaded once, with the union of the options, the later line winning', () => {
    expect(merge({ conf: `${line} --reader-threads 4 --use-coordinator\n${line} --reader-threads 8` })).toMatchObject({
      verdict: 'merged',
      changed: true,
      args: [`--reader-threads 8 <- ${at2}`, `--use-coordinator <- ${at1}`],
      codes: ['VB407', 'VB408'],
    });
  });
  it('says nothing about values where they agree', () => {
    expect(merge({ conf: `${line} --reader-threads 8\n${line} --reader-threads 8` }).codes).toEqual(['VB408']);
  });
  it('lets the command line win over the file', () => {
    const merged = merge({
      conf: `${line} --reader-threads 4`,
      options: 'loadmodule /opt/libsearch.so --reader-threads 8',
    });
    expect(merged).toMatchObject({ args: ['--reader-threads 8 <- argv[2]'], path: '/opt/libsearch.so', at: at1 });
  });
  it('lets both win over the environment', () => {
    const merged = merge({ conf: `${line} --reader-threads 4\n${line}`, env: '--reader-threads 8 --use-coordinator' });
    expect(merged.args).toEqual([`--reader-threads 4 <- ${at1}`, '--use-coordinator <- X']);
  });
});

describe('a module without a manifest', () => {
  const echo = 'loadmodule /usr/lib/valkey/libecho.so';
  it('takes the words of the environment whole', () => {
    expect(merge({ name: 'echo', env: "a 'b c'" }).args).toEqual(['a b c <- X']);
  });
  it('keeps the words of its line, and the environment loses', () => {
    expect(merge({ name: 'echo', conf: `${echo} a`, env: 'b' })).toMatchObject({
      args: [`a <- ${at1}`],
      codes: ['VB407'],
    });
  });
  it('takes the words of the environment where its line has none', () => {
    expect(merge({ name: 'echo', conf: echo, env: 'b' })).toMatchObject({ args: ['b <- X'], changed: true });
  });
  it('takes the words of the environment again where CONFIG REWRITE split one of them', () => {
    const merged = merge({ name: 'echo', conf: `${echo} a b c`, env: "a 'b c'" });
    expect(merged).toMatchObject({ args: ['a b c <- X'], changed: true, codes: [] });
  });
});

describe('arguments that a module ignores on its load line', () => {
  it('do not stand in the way of the environment', () => {
    const merged = merge({
      name: 'json',
      conf: 'loadmodule /usr/lib/valkey/libjson.so max-path-limit 50',
      env: 'max-path-limit 200',
    });
    expect(merged.directives).toEqual(['json.max-path-limit 200 <- X']);
  });
});
