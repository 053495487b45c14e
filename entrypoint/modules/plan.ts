import { type Configuration, isSetTo, settingsOf } from '../conf/configuration.ts';
import type { Environment } from '../conf/environment.ts';
import { tokenize } from '../conf/tokenize.ts';
import { type Details, type Diagnostic, diagnose, refuse } from '../diagnostics/diagnostic.ts';
import type { Reader } from '../host/host.ts';
import { asBytes, type Bytes, pathOf } from '../text/bytes.ts';
import { isOlder, nearest, versionLine } from '../text/names.ts';
import { absolute, showPlace } from '../text/place.ts';
import { checkLostFlags, checkModuleDirectives } from './checks.ts';
import {
  assignLines,
  discover,
  isNamed,
  type LoadedModule,
  loadLinesOf,
  type Module,
  selectModules,
} from './discover.ts';
import { BUNDLE_PATH, type Bundle, type Manifest } from './manifest.ts';
import { type Merged, mergeModule } from './merge.ts';
import type { ExtraDirective, Source, WantedLoad } from './precedence.ts';
import { checkModuleFile, findOnLoad, leftOutWarning, noOnLoad, placeOfLoad } from './preflight.ts';

interface ModulesRequest {
  readonly env: Environment;
  readonly manifests: readonly Manifest[];
  readonly bundle: Bundle;
  /** Words of the `*_MODULE_ARGS` variables by NAME. */
  readonly variables: ReadonlyMap<string, readonly Bytes[]>;
}

interface PlannedModules {
  /** One decision for each module, in the order of file names. */
  readonly modules: readonly Merged[];
  /** The wanted list: what the server will load, in order. */
  readonly loads: readonly WantedLoad[];
  readonly extra: readonly ExtraDirective[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Decides what is loaded, with which arguments, in which order. */
export function planModules(host: Reader, conf: Configuration, request: ModulesRequest): PlannedModules {
  const { env, manifests, bundle, variables } = request;
  checkLostFlags(conf.optionDirectives, manifests);
  const discovered = discover(host, env['MODULE_DIR'], host.cwd, manifests);
  const lines = [...loadLinesOf(conf.fileDirectives, 'file'), ...loadLinesOf(conf.optionDirectives, 'options')];
  const loaded = assignLines(host, discovered.modules, lines, conf.dataDirectory, manifests);
  const overrides = settingsOf(conf.optionDirectives);
  const selected = selectModules(discovered.modules, env['VALKEY_MODULES']);
  const merged = loaded.map(({ module, lines: own }) => {
    const words = variables.get(module.variable);
    return mergeModule({
      module,
      version: bundle.modules[module.name]?.version,
      lines: own,
      selected: own.length > 0 && !discovered.modules.includes(module) ? true : selected.has(module),
      environment:
        words === undefined ? null : { words, at: { kind: 'variable', name: `${module.variable}_MODULE_ARGS` } },
      defaults: imageDefaults(bundle, module.name, conf),
      settings: conf.settings,
      overrides,
    });
  });
  const initial = initialOrder(merged);
  const libraries = checkFiles(host, initial, conf.dataDirectory, env['VALKEY_MODULES']);
  const modules = merged.map((one) => (libraries.has(one.module) ? leftOut(one) : one));
  const ordered = mendOrder(initial.filter((load) => !libraries.has(load.module)));
  const loading = ordered.loads.map((load) => load.module);
  return {
    modules,
    loads: ordered.loads,
    extra: modules.flatMap((merged) => merged.directives),
    diagnostics: [
      ...discovered.warnings,
      ...unclaimedVariables(loaded, variables),
      ...modules.flatMap((merged) => merged.diagnostics),
      ...ordered.warnings,
      ...checkModuleDirectives([...conf.fileDirectives, ...conf.optionDirectives], manifests, loading, bundle),
      ...tooOldServer(ordered.loads, bundle),
    ],
  };
}

/** The file's loads, then what is added, then the command line's: the order in which the server would meet them. */
function initialOrder(modules: readonly Merged[]): WantedLoad[] {
  const loads = modules.flatMap(({ load }) => (load === null ? [] : [load]));
  const added = additionOrder(loads.filter((load) => load.line === null).map((load) => load.module));
  const additions = added.flatMap((module) => loads.filter((load) => load.module === module));
  return [...byLine(loads, 'file'), ...additions, ...byLine(loads, 'options')];
}

/** Loads keep the order of the lines; `assignLines` grouped them by module. */
function byLine(loads: readonly WantedLoad[], from: 'file' | 'options'): WantedLoad[] {
  return loads
    .filter((load) => load.line?.from === from)
    .sort((a, b) => (a.line?.position ?? 0) - (b.line?.position ?? 0));
}

function imageDefaults(bundle: Bundle, name: string, conf: Configuration): Source[] {
  return bundle.defaults.moduleArgs
    .filter(
      (entry) =>
        entry.module === name && Object.entries(entry.when).every(([key, value]) => isSetTo(conf.settings, key, value)),
    )
    .flatMap((entry) => {
      const tokens = tokenize(asBytes(entry.args));
      return tokens.ok ? [{ words: tokens.words, at: { kind: 'image', path: BUNDLE_PATH } as const }] : [];
    });
}

/**
 * Checks what would be loaded. Returns the files that were only discovered and are not modules. Refuses VB302 to VB307,
 * and VB310.
 */
function checkFiles(
  host: Reader,
  loads: readonly WantedLoad[],
  cwd: string,
  selection: string | undefined,
): ReadonlySet<Module> {
  const libraries = new Set<Module>();
  for (const load of loads) {
    const { module, line } = load;
    const path = pathOf(load.path);
    const resolved = absolute(path, cwd);
    // dlopen looks a name without a slash up in the system's library path, which is not ours to search.
    if (!path.includes('/') && host.inspect(resolved).kind === 'missing') continue;
    checkModuleFile(host, host, resolved, module, placeOfLoad(load));
    if (findOnLoad(host, resolved) !== 'missing') continue;
    if (line !== null) throw refuse('VB310', noOnLoad(resolved), placeOfLoad(load));
    if (isNamed(module, selection)) {
      throw refuse('VB310', noOnLoad(resolved), { at: { kind: 'variable', name: 'VALKEY_MODULES' } });
    }
    libraries.add(module);
  }
  return libraries;
}

function leftOut(merged: Merged): Merged {
  const { module, diagnostics } = merged;
  const reason = 'it has no OnLoad function';
  return {
    ...merged,
    verdict: 'skipped',
    reason,
    load: null,
    directives: [],
    diagnostics: [...diagnostics, leftOutWarning(module)],
  };
}

function unclaimedVariables(loaded: readonly LoadedModule[], variables: ModulesRequest['variables']): Diagnostic[] {
  const known = loaded.map(({ module }) => module.variable);
  return [...variables.keys()]
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearest(name, known);
      const message = `${name}_MODULE_ARGS is set, but no module has that name`;
      const hint = near === null ? {} : { hint: `Did you mean ${near}_MODULE_ARGS?` };
      return diagnose('VB203', message, { at: { kind: 'variable', name: `${name}_MODULE_ARGS` }, ...hint });
    });
}

function tooOldServer(loads: readonly WantedLoad[], bundle: Bundle): Diagnostic[] {
  return loads.flatMap(({ module, line }) =>
    tooOldFor(module, bundle, bundle.valkey, line === null ? {} : { at: line.at }),
  );
}

/** VB309 where the image's version of the module asks for a newer server than `server`. */
export function tooOldFor(module: Module, bundle: Bundle, server: string, details: Details = {}): Diagnostic[] {
  const version = bundle.modules[module.name]?.version;
  const minimum = module.manifest?.requires.valkey?.[versionLine(version) ?? ''];
  if (version === undefined || minimum === undefined || !isOlder(server, minimum)) return [];
  return [diagnose('VB309', `${module.name} ${version} needs Valkey ${minimum}, and this is ${server}`, details)];
}

/**
 * Modules in the order in which they are added: each after those of its manifest's `loadAfter`, otherwise by file name.
 */
export function additionOrder(modules: readonly Module[]): Module[] {
  const waiting = [...modules].sort((a, b) => (a.file < b.file ? -1 : 1));
  const ordered: Module[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(
      (module) => !loadAfter(module).some((name) => waiting.some((other) => other.name === name)),
    );
    ordered.push(...waiting.splice(Math.max(ready, 0), 1));
  }
  return ordered;
}

/**
 * Corrects an order that violates `loadAfter`, moving as little as possible: what must come first moves directly before
 * what needs it, or to the very front where the line that needs it stands in a file, which then can stay as it is. A
 * line of the user's that moves is reported (VB412).
 */
export function mendOrder(loads: readonly WantedLoad[]): { loads: WantedLoad[]; warnings: Diagnostic[] } {
  const ordered = [...loads];
  const warnings: Diagnostic[] = [];
  // A move can violate another rule; a chain of modules is never longer than the list, so this many rounds end it.
  for (let round = 0; round < loads.length; round++) {
    const violation = findViolation(ordered);
    if (violation === null) break;
    const { late, needs } = violation;
    ordered.splice(ordered.indexOf(late), 1);
    const target = needs.line?.from === 'file' && late.line?.from !== 'file' ? 0 : ordered.indexOf(needs);
    ordered.splice(target, 0, late);
    // Where the one that needs it was added by us, there is no order of the user's to speak of.
    if (late.line !== null && needs.line !== null) {
      const message = `${late.module.name} (${showPlace(late.line.at)}) must load before ${needs.module.name}`;
      warnings.push(diagnose('VB412', message, { at: late.line.at }));
    }
  }
  return { loads: ordered, warnings };
}

function findViolation(loads: readonly WantedLoad[]): { late: WantedLoad; needs: WantedLoad } | null {
  for (const [index, needs] of loads.entries()) {
    const late = loads.slice(index + 1).find((load) => loadAfter(needs.module).includes(load.module.name));
    if (late !== undefined) return { late, needs };
  }
  return null;
}

function loadAfter(module: Module): readonly string[] {
  return module.manifest?.loadAfter ?? [];
}
