import { describe, expect, it } from 'vitest';
import { type BakeEvent, bakeEventReader } from '../../../scripts/build/bake-events.ts';
import { bakeFailure } from '../../../scripts/build/bake-failure.ts';
import { stepName, stepsOf } from '../../../scripts/build/build-steps.ts';

function read(text: string): BakeEvent[] {
  const reader = bakeEventReader();
  return text.split('\n').flatMap(reader);
}

const vertex = (over: object) => ({ digest: 'sha256:1', name: '[module-x 2/3] RUN ["sh","/build/make.sh"]', ...over });
const started = '2026-11-22T05:00:00Z';
const completed = '2026-11-22T05:00:02.5Z';

/** As buildx 0.13 writes an event, and as later ones do. */
const forms = [
  ['over many lines', (value: object) => JSON.stringify(value, null, 2)],
  ['on one line', (value: object) => JSON.stringify(value)],
] as const;

describe.each(forms)('what buildx says, %s', (_, write) => {
  const text = [
    write({ vertexes: [vertex({ started })] }),
    write({ logs: [{ vertex: 'sha256:1', stream: 1, data: Buffer.from('cc -O2 {\n}\n').toString('base64') }] }),
    write({ statuses: [{ id: 'x', vertex: 'sha256:1' }] }),
    write({ vertexes: [vertex({ started, completed })], logs: null }),
    'WARNING: something',
    '',
  ].join('\n');

  it('is read event by event', () => {
    const events = read(text);
    expect(events.map(({ kind }) => kind)).toEqual(['vertex', 'log', 'vertex', 'message']);
    expect(events[1]).toEqual({ kind: 'log', vertex: 'sha256:1', text: 'cc -O2 {\n}\n' });
    expect(events[3]).toEqual({ kind: 'message', text: 'WARNING: something' });
  });

  it('becomes one step with its time', () => {
    expect(stepsOf(read(text))).toEqual([
      { stage: 'module-x', instruction: 'RUN /build/make.sh', result: 'executed', seconds: 2.5 },
    ]);
  });
});

it('what only looks like an event is passed on as it is', () => {
  expect(read('{ "vertexes": 1 }')).toEqual([{ kind: 'message', text: '{ "vertexes": 1 }' }]);
  expect(read('{ broken }')).toEqual([{ kind: 'message', text: '{ broken }' }]);
});

describe('the name of a step', () => {
  it.each([
    ['[module-x 2/3] COPY sources/x/tree/ /src/', 'module-x', 'COPY sources/x/tree/ /src/'],
    ['[x-amd64 module-x  2/13] COPY a b', 'module-x', 'COPY a b'],
    ['[linux/arm64 module-x 2/3] COPY a b', 'module-x', 'COPY a b'],
    [
      '[module-x 2/3] RUN --mount=type=secret,id=jobs     ["env","--chdir=/src","A=b c","sh","/build/script.sh","./b.sh","d e"]',
      'module-x',
      'RUN /build/script.sh ./b.sh d e',
    ],
    ['[a 1/1] RUN --mount=type=bind,source=x,target=/x sh /x', 'a', 'RUN sh /x'],
    ['[a 1/1] RUN [broken', 'a', 'RUN [broken'],
  ])('%s', (name, stage, instruction) => {
    expect(stepName(name)).toEqual({ stage, instruction });
  });

  it.each(['[internal] load build context', 'exporting to client', '[auth] x:pull token', ''])(
    'there is none in %j',
    (name) => {
      expect(stepName(name)).toBeUndefined();
    },
  );
});

describe('what became of a step', () => {
  const result = (over: object) => stepsOf(read(JSON.stringify({ vertexes: [vertex(over)] })))[0]?.result;

  it('the last word counts', () => {
    expect(result({ started, completed, cached: true })).toBe('cached');
    expect(result({ started, completed })).toBe('executed');
    expect(result({ started, completed, error: 'exit code: 2' })).toBe('failed');
    expect(result({ started, completed, error: 'context canceled' })).toBe('not run');
    expect(result({ started })).toBe('not run');
    expect(result({})).toBe('not run');
  });

  it('of an interrupted step the last error counts: it was not run', () => {
    const told = [{ error: 'exit code: 137' }, { error: 'context canceled' }].map((over) =>
      vertex({ started, ...over }),
    );
    expect(stepsOf(read(JSON.stringify({ vertexes: told })))).toMatchObject([{ result: 'not run' }]);
    const killed = read(JSON.stringify({ vertexes: told.slice(0, 1) }));
    expect(stepsOf(killed)).toMatchObject([{ result: 'failed' }]);
    expect(stepsOf(killed, true)).toMatchObject([{ result: 'not run' }]);
  });

  it('steps stand in the order in which they began, whichever target is announced first', () => {
    const step = (digest: string, name: string, times: object) => ({
      digest,
      name: `[image 1/9] COPY ${name}`,
      ...times,
    });
    const told = [
      step('sha256:1', 'never', {}),
      step('sha256:2', 'of one', { started: completed, completed }),
      step('sha256:3', 'of both', { started, completed }),
    ];
    expect(stepsOf(read(JSON.stringify({ vertexes: told }))).map(({ instruction }) => instruction)).toEqual([
      'COPY of both',
      'COPY of one',
      'COPY never',
    ]);
  });

  it('a step that two targets tell as executed began when the first of them came to it', () => {
    const step = (digest: string, name: string, begin: string) => ({
      digest,
      name: `[image 1/9] COPY ${name}`,
      started: begin,
      completed: '2026-01-01T00:00:09Z',
    });
    const told = [
      step('sha256:1', 'of both', '2026-01-01T00:00:01Z'),
      step('sha256:2', 'of one', '2026-01-01T00:00:03Z'),
      step('sha256:1', 'of both', '2026-01-01T00:00:05Z'),
    ];
    expect(stepsOf(read(JSON.stringify({ vertexes: told }))).map(({ instruction }) => instruction)).toEqual([
      'COPY of both',
      'COPY of one',
    ]);
  });

  it.each([
    [[{}, { started, completed }, { cached: true, started, completed }]],
    [[{ cached: true, started, completed }, {}, { started, completed }]],
  ])('what one of two targets had to execute was executed: %j', (told) => {
    const text = told.map((over) => JSON.stringify({ vertexes: [vertex(over)] })).join('\n');
    expect(stepsOf(read(text))).toMatchObject([{ result: 'executed' }]);
  });
});

describe('a build that fails', () => {
  const context = { log: '/dist/logs/build.log', repeat: (module?: string) => `npm run build -- ${module ?? 'all'}` };
  const log = (text: string) => ({ logs: [{ vertex: 'sha256:1', data: Buffer.from(text).toString('base64') }] });
  const failing = (name: string, error: string, ...lines: string[]) =>
    bakeFailure(
      read(
        [
          ...lines.map((line) => JSON.stringify(log(line))),
          JSON.stringify({ vertexes: [vertex({ name, started, completed, error })] }),
          `ERROR: failed to solve: ${error}`,
        ].join('\n'),
      ),
      context,
    );

  it('names the stage, shows the end of its output, where the log is, and how to repeat it', () => {
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index}\n`);
    const error = failing('[x-amd64 module-x 2/3] RUN ["sh","/build/make.sh"]', 'exit code: 2', ...lines);
    expect(error.code).toBe('VP301');
    expect(error.message).toContain('module-x: RUN /build/make.sh (exit code 2) failed');
    expect(error.message).toContain('| line 59\n');
    expect(error.message).not.toContain('| line 20\n');
    expect(error.message).toContain('/dist/logs/build.log');
    expect(error.message).toContain('npm run build -- x');
  });

  it('a toolchain that fails is repeated with all modules', () => {
    const error = failing('[x-amd64 toolchain-x_y 1/1] RUN ["sh","/build/apt.sh","gcc"]', 'exit code: 100');
    expect(error.code).toBe('VP301');
    expect(error.message).toContain('npm run build -- all');
  });

  it('exit code 66 of a builder means that the module is missing', () => {
    expect(failing('[module-x 2/3] RUN ["sh","/build/make.sh"]', 'exit code: 66').code).toBe('VP302');
  });

  it('66 of a toolchain means nothing of the kind', () => {
    expect(failing('[toolchain 1/1] RUN ["sh","/build/apt.sh"]', 'exit code: 66').code).toBe('VP301');
  });

  it.each([
    ['in the output of a step', 'exit code: 1', 'write error: No space left on device'],
    ['in its error', 'failed to copy: no space left on device', ''],
  ])('a full disk is known %s', (_, error, line) => {
    expect(failing('[module-x 2/3] RUN ["sh","/build/make.sh"]', error, line).code).toBe('VP904');
  });

  it('a program of another processor', () => {
    expect(failing('[module-x 2/3] RUN ["true"]', 'exit code: 1', 'exec /bin/sh: exec format error').code).toBe(
      'VP311',
    );
  });

  it('an engine that does not answer', () => {
    const text = 'ERROR: Cannot connect to the Docker daemon at unix:///nothing. Is the docker daemon running?';
    expect(bakeFailure(read(text), context).code).toBe('VP903');
  });

  it('anything before the first step shows what buildx said', () => {
    const error = bakeFailure(read('ERROR: failed to find target x'), context);
    expect(error.code).toBe('VP310');
    expect(error.message).toContain('failed to find target x');
  });

  it('the step that failed by itself is named, not those that were cancelled with it', () => {
    const events = read(
      [
        { ...vertex({ name: '[module-y 2/3] RUN ["true"]', digest: 'sha256:2' }), error: 'context canceled' },
        { ...vertex({ started, completed }), error: 'exit code: 2' },
      ]
        .map((one) => JSON.stringify({ vertexes: [one] }))
        .join('\n'),
    );
    expect(bakeFailure(events, context).message).toContain('module-x:');
  });
});
