import { closeSync, openSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { nodeHost } from '../../entrypoint/host/node.ts';
import { launch } from '../../entrypoint/launch.ts';
import type { Manifest } from '../../entrypoint/modules/manifest.ts';
import { classify } from '../../entrypoint/server/invocation.ts';
import { type Call, type StartTrace, watch } from './watch.ts';

/*
 * The entrypoint with a watch on its only door to the system, built as main.ts is: it writes what the start did when to
 * the file that BENCH_TRACE names, and becomes the server as always. No product code knows of it.
 */
declare const __MANIFESTS__: readonly Manifest[];

const mainAt = microseconds();
const calls: Call[] = [];
const host = nodeHost();
// Opened while this is root.
const trace = openSync(process.env['BENCH_TRACE'] ?? '/dev/null', 'a');

const watched = watch(host, microseconds, (call) => calls.push(call));
launch(
  {
    ...watched,
    exec: (path, argv, env) => {
      const execAt = microseconds();
      writeSync(trace, `${JSON.stringify(traced(execAt))}\n`);
      closeSync(trace);
      return host.exec(path, argv, env);
    },
  },
  __MANIFESTS__,
  classify(process.argv.slice(2)),
  process.env,
);

function traced(execAt: number): StartTrace {
  // Times of nodeTiming count from timeOrigin, in milliseconds.
  const origin = microseconds() - performance.now() * 1000;
  const { nodeStart, v8Start, environment, bootstrapComplete } = performance.nodeTiming;
  const at = (milliseconds: number): number => origin + milliseconds * 1000;
  return {
    started: Number(process.env['TIMER_STARTED'] ?? 0),
    node: at(nodeStart),
    v8: at(v8Start),
    environment: at(environment),
    bootstrap: at(bootstrapComplete),
    main: mainAt,
    exec: execAt,
    calls,
  };
}

function microseconds(): number {
  return Number(process.hrtime.bigint()) / 1000;
}
