import { describe, expect, it } from 'vitest';
import { merge } from '../../../support/merge-module.ts';

const line = 'loadmodule /usr/lib/valkey/libsearch.so';
const at1 = '/etc/valkey/valkey.conf:1';
const at2 = '/etc/valkey/valkey.conf:2';

describe('an argument and a directive of the user’s that differ', () => {
  const bloom = 'loadmodule /usr/lib/valkey/libvalkey_bloom.so';
  const four = 'search.reader-threads 4';
  it('take the argument from the line where the command line has the directive, and the module prefers arguments', () => {
    expect(merge({ conf: `${line} --reader-threads 8 --use-coordinator`, options: four })).toMatchObject({
      verdict: 'merged',
      changed: true,
      args: [`--use-coordinator <- ${at1}`],
      directives: [],
      codes: ['VB407'],
    });
  });
  it('leave the argument of the command line over the directive of the file', () => {
    expect(merge({ conf: four, options: `${line} --reader-threads 8` })).toMatchObject({
      changed: false,
      args: ['--reader-threads 8 <- argv[2]'],
      directives: [],
      codes: ['VB407'],
    });
  });
  it('add a directive where the command line has the argument, and the module prefers directives', () => {
    const merged = merge({ name: 'bloom', conf: 'bf.bloom-capacity 200', options: `${bloom} bloom-capacity 300` });
    expect(merged).toMatchObject({
      verdict: 'merged',
      changed: false,
      args: ['bloom-capacity 300 <- argv[2]'],
      directives: ['bf.bloom-capacity 300 <- argv[2]'],
      codes: ['VB407'],
    });
  });
  it('leave the directive of the command line over the argument of the file', () => {
    const merged = merge({ name: 'bloom', conf: `${bloom} bloom-capacity 300`, options: 'bf.bloom-capacity 200' });
    expect(merged).toMatchObject({
      changed: false,
      args: [`bloom-capacity 300 <- ${at1}, not heard: argv[2]`],
      directives: [],
      codes: ['VB407'],
    });
  });
  it('are left to the module where one file has both', () => {
    expect(merge({ conf: `${line} --reader-threads 8\n${four}` })).toMatchObject({
      verdict: 'kept',
      args: [`--reader-threads 8 <- ${at1}`],
      codes: ['VB407'],
    });
    expect(merge({ name: 'bloom', conf: `${bloom} bloom-capacity 300\nbf.bloom-capacity 200` })).toMatchObject({
      verdict: 'kept',
      args: [`bloom-capacity 300 <- ${at1}, not heard: ${at2}`],
      directives: [],
      codes: ['VB407'],
    });
  });
  it('are left to the module where the command line has both', () => {
    const options = `${bloom} bloom-capacity 300\nbf.bloom-capacity 200`;
    expect(merge({ name: 'bloom', options })).toMatchObject({ verdict: 'kept', directives: [], codes: ['VB407'] });
  });
  it('let what counts win over the environment', () => {
    const conf = `${line} --reader-threads 8`;
    expect(merge({ conf, options: four, env: '--reader-threads 4' })).toMatchObject({ args: [], codes: ['VB407'] });
    expect(merge({ conf, options: four, env: '--reader-threads 8' })).toMatchObject({
      args: [],
      directives: [],
      codes: ['VB407', 'VB407'],
    });
  });
  it('count by the line that won where two lines say it', () => {
    const conf = `${bloom} bloom-capacity 100\nbf.bloom-capacity 200`;
    expect(merge({ name: 'bloom', conf, options: `${bloom} bloom-capacity 300` })).toMatchObject({
      args: ['bloom-capacity 300 <- argv[2]'],
      directives: ['bf.bloom-capacity 300 <- argv[2]'],
      codes: ['VB407', 'VB407', 'VB408'],
    });
  });
});
