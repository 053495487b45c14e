import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKitProblem, runBuildKit } from '../../../scripts/image/buildkit.ts';

const about = { name: 'buildx', log: '/dist/logs/build.log', repeat: (module = 'all') => `npm run build -- ${module}` };
/**
 * As buildx prints a step that fails: `#7 [target stage 2/3] RUN ...`, its output, its error, and all of it once more
 * at the end.
 */
const failing = (title: string, error: string, ...output: string[]) =>
  buildKitProblem(
    [
      '#0 building with "default" instance using docker driver',
      '#1 [internal] load build definition from Dockerfile',
      '#1 DONE 0.0s',
      `#7 ${title}`,
      ...output.map((line) => `#7 0.475 ${line}`),
      `#7 ERROR: ${error}`,
      '------',
      ` > ${title}:`,
      ...output.map((line) => `0.475 ${line}`),
      '------',
      `ERROR: failed to solve: ${error}`,
    ],
    about,
  );
const module = '[module-x 2/3] RUN --mount=type=secret,id=jobs ["sh","/tools/finish.sh"]';
const ended = (code: number) => `process "sh /tools/finish.sh" did not complete successfully: exit code: ${code}`;

describe('a build that fails', () => {
  it.each([
    ['of one target', module],
    ['of several targets', '[x-amd64 module-x  2/13] RUN ["sh","/tools/finish.sh"]'],
    ['of a platform', '[linux/arm64 module-x 2/3] RUN ["sh","/tools/finish.sh"]'],
  ])('names the stage %s, where the log is, and what repeats the module', (_, title) => {
    const { code, message } = failing(title, ended(2));
    expect(code).toBe('VP301');
    expect(message).toMatch(/^VP301 module-x: .*exit code 2$/m);
    expect(message).toContain('/dist/logs/build.log');
    expect(message).toContain('npm run build -- x\n');
  });

  it('a toolchain that fails is repeated with all modules', () => {
    const { code, message } = failing('[x-amd64 toolchain 1/1] RUN ["sh","/tools/apt.sh","gcc"]', ended(100));
    expect(code).toBe('VP301');
    expect(message).toContain('npm run build -- all\n');
  });

  it('of a builder that writes no caches is VP650', () => {
    const lines = ['ERROR: Cache export is not supported for the docker driver.'];
    expect(buildKitProblem(lines, about).code).toBe('VP650');
  });

  it('a stage without a name is called as what is built', () => {
    expect(failing('[5/6] COPY valkey-bundle /usr/local/libexec/', 'not found').message).toMatch(/^VP301 buildx: /);
  });

  it('is known of Docker 20.10, which names the digest of a step too', () => {
    const error = 'executor failed running [sh /tools/finish.sh]: exit code: 66';
    const lines = [`#7 ${module}`, '#7 sha256:8029bd4da9dd10bf', '#7 0.1 VP302 no file', `#7 ERROR: ${error}`];
    expect(buildKitProblem(lines, about)).toMatchObject({ code: 'VP302' });
  });

  it('says why the check of a module refused it, with every reason', () => {
    const check = '[x-amd64 check-x 2/2] RUN sh /tools/check.sh x.so';
    const { code, message } = failing(check, ended(66), 'VP304 x.so exports nothing', 'VP305 x.so needs libz.so.1');
    expect(code).toBe('VP304');
    expect(message).toMatch(/^VP304 check-x: x\.so exports nothing\n {2}VP305 x\.so needs libz\.so\.1\n/);
    expect(message).toContain('npm run build -- x\n');
  });

  it('that cloned what the lock does not name is told by each address, whatever the build said itself', () => {
    const said = (url: string) => `VP321 the build asks for ${url}, which is not among its dependencies`;
    const lines = ['CMake Error: failed', said('https://example.com/re2.git'), said('git@example.com:icu')];
    const { code, message } = failing(module, ended(66), ...lines);
    expect(code).toBe('VP321');
    for (const url of ['https://example.com/re2.git', 'git@example.com:icu']) expect(message).toContain(url);
    expect(message).toContain('module.yaml');
  });

  it.each([
    ['curl', 'curl: (5) Could not resolve proxy: no-network-in-a-build.invalid'],
    ['wget', "wget: unable to resolve host address 'no-network-in-a-build.invalid'"],
    ['CMake', 'CMake Error: 5;"Could not resolve proxy name"'],
  ])('that downloads something by %s is told what it asked for; a toolchain may download', (_, line) => {
    const { code, message } = failing(module, ended(1), line);
    expect([code, message.includes(line)]).toEqual(['VP322', true]);
    expect(failing('[toolchain 1/1] RUN ["sh","/tools/rust.sh"]', ended(1), line).code).toBe('VP301');
  });

  it('exit code 66 without a reason is a step that failed', () => {
    expect(failing(module, ended(66)).code).toBe('VP301');
  });

  it('66 of a toolchain means nothing of the kind', () => {
    expect(failing('[toolchain 1/1] RUN ["sh","/tools/apt.sh"]', ended(66)).code).toBe('VP301');
  });

  it.each([
    ['in the output of a step', ended(1), 'write error: No space left on device'],
    ['in its error', 'failed to copy: no space left on device', ''],
  ])('a full disk is known %s', (_, error, line) => {
    expect(failing(module, error, line).code).toBe('VP904');
  });

  it('what another step prints is not why this one failed', () => {
    const lines = ['#6 [module-y 2/3] RUN make', '#6 0.1 testing: no space left on device'];
    expect(buildKitProblem([...lines, `#7 ${module}`, `#7 ERROR: ${ended(2)}`], about).code).toBe('VP301');
  });

  it('a program of another processor', () => {
    expect(failing(module, ended(1), 'exec /bin/sh: exec format error').code).toBe('VP311');
  });

  it('an engine that does not answer', () => {
    const text = 'ERROR: Cannot connect to the Docker daemon at unix:///nothing. Is the docker daemon running?';
    expect(buildKitProblem([text], about).code).toBe('VP903');
  });

  it.each([
    ['buildx refused the graph', ['ERROR: failed to find target x']],
    [
      'the base cannot be fetched',
      [
        '#4 [internal] load metadata for docker.io/library/x:1',
        '#4 ERROR: pull access denied',
        'ERROR: failed to solve',
      ],
    ],
    ['it said nothing', []],
  ])('before the first step: %s', (_, lines) => {
    expect(buildKitProblem(lines, about).code).toBe('VP310');
  });

  it('the step that failed by itself is named, not those that were cancelled with it', () => {
    const lines = ['#6 [module-y 2/3] RUN make', `#7 ${module}`, '#6 CANCELED', '#6 ERROR: context canceled'];
    expect(buildKitProblem([...lines, `#7 ERROR: ${ended(2)}`], about).message).toContain('module-x: ');
  });
});

describe('what a build prints', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'buildkit-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = async (script: string, log: string, aborted?: AbortSignal) => {
    const lines: string[] = [];
    const failure = await runBuildKit({
      command: ['sh', '-c', script],
      env: {},
      about: { ...about, log: join(folder, log) },
      ...(aborted && { aborted }),
      report: (line) => lines.push(line),
    }).then(
      () => undefined,
      (error: unknown) => error,
    );
    return { lines, failure, log: await readFile(join(folder, log), 'utf8') };
  };

  it('is passed on as it is, and added to a log', async () => {
    expect(await run('(echo "#1 DONE 0.1s"; echo; echo $BUILDKIT_PROGRESS) >&2', 'new/one.log')).toEqual({
      lines: ['#1 DONE 0.1s', '', 'plain'],
      failure: undefined,
      log: '#1 DONE 0.1s\n\nplain\n',
    });
    expect((await run('echo more', 'new/one.log')).log).toBe('#1 DONE 0.1s\n\nplain\nmore\n');
  });

  it('stands in the log where the build fails, too', async () => {
    const { lines, failure, log } = await run(
      `echo '#7 ${module}'; echo '#7 ERROR: exit code: 2'; exit 1`,
      'failed.log',
    );
    expect(failure).toMatchObject({ code: 'VP301' });
    expect(log).toBe(`${lines.join('\n')}\n`);
  });

  it('says so where the build was killed', async () => {
    const { lines, failure } = await run('kill -KILL $$', 'killed.log');
    expect(failure).toMatchObject({ code: 'VP310' });
    expect(lines.join()).toContain('SIGKILL');
  });

  it('an interrupted build is ended, and has not failed', async () => {
    const reason = new Error('interrupted');
    const abort = new AbortController();
    setTimeout(() => abort.abort(reason), 200);
    const { failure, log } = await run('echo begun; exec sleep 60', 'interrupted.log', abort.signal);
    expect(failure).toBe(reason);
    expect(log).toBe('begun\n');
  });
});
