import { nodeHost } from './host/node.ts';
import { launch } from './launch.ts';
import type { Manifest } from './modules/manifest.ts';
import { classify, ENTRYPOINT_NAMES, SERVER_NAMES, startUnderOwnName } from './server/invocation.ts';
import { baseName } from './text/place.ts';
import { runTool } from './tool/run.ts';

/** Put in by the build: the manifests of modules/, and the version. */
declare const __MANIFESTS__: readonly Manifest[];
declare const __VERSION__: string;

// Named once: the build puts the whole text in place of the free name.
const manifests = __MANIFESTS__;

// The composition root: the only place that reads what the process was given.
const host = nodeHost();
const name = baseName(process.argv0);
const args = process.argv.slice(2);

if (ENTRYPOINT_NAMES.has(name)) launch(host, manifests, classify(args), process.env);
else if (SERVER_NAMES.has(name)) launch(host, manifests, startUnderOwnName(process.argv0, args), process.env);
else runTool(host, { manifests, version: __VERSION__, node: process.version }, args, process.env);
