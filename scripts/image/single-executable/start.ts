/*
 * The first lines of the executable: they run the program from its code cache, and leave out three things that make
 * the start of a process slow. All go through bindings of Node's that --expose-internals offers; where a Node has none,
 * the start is slower and otherwise the same.
 */

/** Put in by the build: whether this is the copy that only says how it would start. */
declare const __CHECK__: boolean;

interface Internals {
  readonly internalBinding: (name: string) => {
    readonly setFlagsFromString?: (flag: string) => void;
    readonly execve?: (path: string, argv: readonly string[], env: readonly string[]) => void;
  };
}

// It would warn that it is for Node's own tests, and that is known here.
const { emitWarning } = process;
process.emitWarning = () => {};
const internals = process.getBuiltinModule('internal/test/binding') as Internals | undefined;
process.emitWarning = emitWarning;

// --no-rehash-snapshot has done its work by now. V8 takes a code cache only under the flags that it was made with, so
// under this one Node would compile every module of its own that is loaded from here on. The public node:v8 costs more
// than it would save.
const setFlag = internals?.internalBinding('v8').setFlagsFromString;
setFlag?.('--rehash-snapshot');

// Node's process.execve loads all that node:worker_threads needs, only to ask whether this is the main thread.
const execve = internals?.internalBinding('process_methods').execve;
const checked = process.execve;
if (execve !== undefined && checked !== undefined) {
  process.execve = (path, argv = [], env = process.env) => {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    // The kernel would end a text at its NUL. Node's own function refuses that.
    if ([path, ...argv, ...variables].some((text) => text.includes('\0'))) return checked(path, argv, env);
    execve(path, argv, variables);
    throw new Error('execve came back');
  };
}

const { getRawAsset } = process.getBuiltinModule('node:sea');
const { Script } = process.getBuiltinModule('node:vm');
const script = new Script(Buffer.from(getRawAsset('program')).toString('latin1'), {
  filename: 'valkey-bundle.cjs',
  cachedData: new Uint8Array(getRawAsset('cache')),
});
// A start is over before optimised code is of use, and the thread that makes it shares the processor with this one.
// Four times V8's own thresholds: a configuration of 100,000 lines still gets there. After the program, whose cache was
// made without.
setFlag?.('--invocation-count-for-maglev=1600');
setFlag?.('--invocation-count-for-maglev-osr=400');
if (__CHECK__) {
  process.stdout.write(`code cache ${script.cachedDataRejected === false ? 'accepted' : 'rejected'}, `);
  process.stdout.write(`bindings ${execve === undefined ? 'missing' : 'found'}\n`);
} else script.runInThisContext()(require, process);
