import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseStartOptions, readConfFile, startHelp } from '../../../scripts/start/options.ts';
import { StartError } from '../../../scripts/start/start-error.ts';

const defaults = {
  image: { kind: 'local' },
  unsigned: false,
  key: null,
  compose: false,
  port: null,
  detach: false,
  environment: [],
  unsetNames: [],
  conf: null,
};

/** The line 9.0 as it is meant without further options. */
const line = { kind: 'line', line: '9.0', variant: null, build: false };

function refusal(argv: readonly string[], env: NodeJS.ProcessEnv = {}): StartError {
  try {
    parseStartOptions(argv, env);
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
  throw new Error(`${argv.join(' ')} was accepted`);
}

describe('the options of npm start', () => {
  test('no option means the defaults', () => {
    expect(parseStartOptions([], {})).toEqual(defaults);
  });

  test.each([
    ['a port', ['--port', '6380'], { port: 6380 }],
    ['a port after an equals sign', ['--port=1'], { port: 1 }],
    ['the highest port', ['--port', '65535'], { port: 65_535 }],
    ['--detach', ['--detach'], { detach: true }],
    ['-d, as docker has it', ['-d'], { detach: true }],
    ['a file', ['--conf', 'my.conf'], { conf: 'my.conf' }],
    ['a variable', ['-e', 'A=b'], { environment: [{ name: 'A', value: 'b' }] }],
    ['a variable by its long name', ['--env', 'A=b'], { environment: [{ name: 'A', value: 'b' }] }],
    ['a variable glued to -e', ['-eA=b'], { environment: [{ name: 'A', value: 'b' }] }],
    ['an empty value', ['-e', 'A='], { environment: [{ name: 'A', value: '' }] }],
    ['a line', ['--line', '9.0'], { image: line }],
    ['a variant of it', ['--line', '9.0', '--variant', 'coordinator'], { image: { ...line, variant: 'coordinator' } }],
    ['a line to build', ['--build', '--line', '9.0'], { image: { ...line, build: true } }],
    ['an image', ['--image', 'a/b:c'], { image: { kind: 'reference', reference: 'a/b:c' } }],
    ['a signature that does not matter', ['--line', '9.0', '--unsigned'], { image: line, unsigned: true }],
    ['a key', ['--line', '9.0', '--key', 'cosign.pub'], { image: line, key: 'cosign.pub' }],
    ['three nodes', ['--compose'], { compose: true }],
    ['a line twice, if it is the same', ['--line', '9.0', '--line=9.0'], { image: line }],
    ['a value with equals signs and spaces', ['-e', 'A=--b = c'], { environment: [{ name: 'A', value: '--b = c' }] }],
  ])('%s is read', (_title, argv, expected) => {
    expect(parseStartOptions(argv, {})).toEqual({ ...defaults, ...expected });
  });

  test('of two values of one variable the last one counts, as with docker run', () => {
    expect(parseStartOptions(['-e', 'A=1', '-e', 'B=2', '-e', 'A=3'], {})).toMatchObject({
      environment: [
        { name: 'A', value: '3' },
        { name: 'B', value: '2' },
      ],
    });
  });

  test('a variable without a value gets it from the environment of the caller', () => {
    expect(parseStartOptions(['-e', 'A'], { A: 'mine' })).toMatchObject({
      environment: [{ name: 'A', value: 'mine' }],
    });
  });

  test('a variable that the caller does not have is left out, and named', () => {
    expect(parseStartOptions(['-e', 'A'], {})).toEqual({ ...defaults, unsetNames: ['A'] });
  });

  test('--help wins over everything else that is right', () => {
    expect(parseStartOptions(['--detach', '--help'], {})).toBe('help');
  });

  test('the help names every option', () => {
    const ofImages = ['--line', '--variant', '--build', '--image', '--unsigned', '--key', '--compose'];
    for (const option of ['--port', '--detach', '-e, --env', '--conf', '--help', ...ofImages])
      expect(startHelp).toContain(option);
  });
});

describe('what npm start refuses', () => {
  test.each(['0', '65536', '-1', '6379x', '', '1e3', '99999999999'])('the port %j', (port) => {
    expect(refusal([`--port=${port}`]).message).toBe(`--port takes a number from 1 to 65535, got "${port}"`);
  });

  test.each([
    ['--prot', '--port'],
    ['--detatch', '--detach'],
    ['--config', '--conf'],
  ])('the unknown option %s, with %s as the nearest', (written, nearest) => {
    const error = refusal([written]);
    expect(error.message).toContain(written);
    expect(error.fix).toContain(`Did you mean ${nearest}?`);
  });

  test('an unknown option that is near to none, without a guess', () => {
    expect(refusal(['--frobnicate']).fix).not.toContain('Did you mean');
  });

  test('a forgotten value, rather than taking the next option for it', () => {
    expect(refusal(['--port', '--detach']).message).toContain('--port needs a value, and the next word is "--detach"');
    expect(refusal(['--conf']).message).toContain('--conf needs a value, and nothing follows it');
    expect(refusal(['-e']).message).toContain('-e needs a value');
  });

  test('a value for an option that takes none', () => {
    expect(refusal(['--detach=yes']).message).toContain('--detach takes no value');
  });

  test('a word without an option', () => {
    expect(refusal(['6380']).message).toContain('got "6380"');
  });

  test('a second --conf', () => {
    expect(refusal(['--conf', 'a', '--conf', 'b']).message).toContain('"a" and "b"');
  });

  test.each([
    ['a line and an image', ['--line', '9.0', '--image', 'a'], '--line and --image'],
    ['two lines', ['--line', '9.0', '--line', '9.1'], '"9.0" and "9.1"'],
    ['a line without a name', ['--line='], '--line got an empty value'],
    ['a variant of no line', ['--variant', 'coordinator'], '--variant says nothing without --line'],
    ['to build an image that is named', ['--image', 'a', '--build'], '--build says nothing without --line'],
    ['to trust what comes from no registry', ['--unsigned'], '--unsigned is about an image from a registry'],
    [
      'a key for what is built here',
      ['--line', '9.0', '--build', '--key', 'k'],
      '--key is about an image from a registry',
    ],
    ['a key that does not matter', ['--line', '9.0', '--unsigned', '--key', 'k'], 'contradict'],
    ['a file for three nodes', ['--compose', '--conf', 'my.conf'], '--conf does not go with --compose'],
  ])('%s', (_title, argv, message) => {
    expect(refusal(argv).message).toContain(message);
  });

  test('a variable without a name, and the message keeps its value to itself', () => {
    expect(refusal(['-e', '=hunter2']).message).toContain("-e needs a variable's name");
    expect(refusal(['-e', '=hunter2']).message).not.toContain('hunter2');
  });

  test('a name with a space in it', () => {
    expect(refusal(['-e', 'A B=c']).message).toContain('"A B"');
  });

  test('an option that npm kept for itself because -- was missing', () => {
    const error = refusal(['7000'], { npm_config_port: 'true' });
    expect(error.message).toContain('npm took --port');
    expect(error.fix).toContain('npm start -- --port');
  });

  test('all of it with exit code 64', () => {
    expect(refusal(['--nonsense']).exitCode).toBe(64);
  });
});

describe('the file of --conf', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'start-conf-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is known by its absolute path and its text', async () => {
    const path = join(folder, 'valkey.conf');
    await writeFile(path, 'maxmemory 1gb\n');
    const first = await readConfFile(path, '/');
    expect(first.path).toBe(path);
    await writeFile(path, 'maxmemory 2gb\n');
    expect((await readConfFile(path, '/')).hash).not.toBe(first.hash);
  });

  test('has to exist', async () => {
    await expect(readConfFile('none.conf', folder)).rejects.toThrow(`there is no file ${join(folder, 'none.conf')}`);
  });

  test('is not a directory', async () => {
    await mkdir(join(folder, 'conf.d'));
    await expect(readConfFile('conf.d', folder)).rejects.toThrow('is a directory');
  });

  test.runIf(process.platform === 'linux')('can be read by the server, which runs as another user', async () => {
    const path = join(folder, 'valkey.conf');
    await writeFile(path, '');
    await chmod(path, 0o600);
    await expect(readConfFile(path, '/')).rejects.toThrow(/0600|cannot be read/);
  });
});
