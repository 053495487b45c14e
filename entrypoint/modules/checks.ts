import type { Directive } from '../conf/parse.ts';
import { type Diagnostic, diagnose, refuse } from '../diagnostics/diagnostic.ts';
import { type Bytes, printable, textOf } from '../text/bytes.ts';
import { nearest, versionLine } from '../text/names.ts';
import { frame, showPlace } from '../text/place.ts';
import { withoutSecrets } from '../text/secrets.ts';
import type { Module } from './discover.ts';
import type { Bundle, Manifest, OptionDefinition } from './manifest.ts';
import { problemOf } from './option.ts';

/**
 * Looks at directives that belong to modules (`search.reader-threads`). Refuses VB409 for one that exists only as a
 * load argument and VB415 for one whose module is not loaded, since the server would end; warns VB402 and VB404.
 */
export function checkModuleDirectives(
  directives: Iterable<Directive>,
  manifests: readonly Manifest[],
  loaded: readonly Module[],
  bundle: Bundle,
): Diagnostic[] {
  const warnings: Diagnostic[] = [];
  for (const directive of directives) {
    const [prefix, option] = splitName(directive.name);
    const manifest = option === null ? undefined : manifests.find((known) => known.loadArgs.configPrefix === prefix);
    if (manifest === undefined || option === null) continue;
    const details = {
      at: directive.line.at,
      // Made only when it is shown.
      get frame() {
        return frame(directive.line.text);
      },
    };
    const definition = manifest.loadArgs.options[option];
    if (definition !== undefined && definition.config === undefined) {
      const fix = `Write --${option} behind the path in the loadmodule line, or ${variableHint(manifest)}="--${option}".`;
      throw refuse(
        'VB409',
        `${directive.name} does not exist: ${manifest.name} takes ${option} only as a load argument`,
        { ...details, hint: fix },
      );
    }
    if (!isClaimed(manifest, loaded))
      throw refuse('VB415', `${directive.name} belongs to ${manifest.name}, which is not loaded`, details);
    const value = textOf(directive.args.join(' ') as Bytes);
    const problem = definition === undefined ? null : problemOf(asServerOption(definition), value);
    if (problem !== null) {
      const shown = definition?.secret === true ? '(redacted)' : `"${printable(withoutSecrets(value))}"`;
      warnings.push(diagnose('VB404', `${directive.name} ${problem}, got ${shown}`, details));
    }
    const version = versionLine(bundle.modules[manifest.name]?.version);
    if (definition === undefined && version !== null && manifest.loadArgs.completeFor?.includes(version) === true) {
      const near = nearest(option, Object.keys(manifest.loadArgs.options));
      const hint = near === null ? {} : { hint: `Did you mean ${prefix}.${near}?` };
      warnings.push(
        diagnose('VB402', `${manifest.name} ${version} documents no ${directive.name}`, { ...details, ...hint }),
      );
    }
  }
  return warnings;
}

/** The server's own booleans know yes and no, whatever more words a module takes as an argument. */
function asServerOption(definition: OptionDefinition): OptionDefinition {
  return definition.type === 'boolean' ? { type: 'boolean' } : definition;
}

/** True if a loaded module may claim the directives of a manifest: its own, or one that nothing is known about. */
function isClaimed(manifest: Manifest, loaded: readonly Module[]): boolean {
  return loaded.some((module) => module.manifest === null || module.manifest.name === manifest.name);
}

/**
 * Refuses VB411: a module's own flag that stands as a directive on the command line, where the server would end because
 * of it.
 */
export function checkLostFlags(directives: Iterable<Directive>, manifests: readonly Manifest[]): void {
  let load: Directive | null = null;
  for (const directive of directives) {
    if (directive.name === 'loadmodule') load = directive;
    const owner = manifests.find(
      ({ loadArgs }) => loadArgs.style === 'flags' && Object.hasOwn(loadArgs.options, directive.name),
    );
    if (owner === undefined || load === null) continue;
    const path = textOf(load.args[0] ?? ('' as Bytes));
    throw refuse(
      'VB411',
      `--${directive.name} is an option of ${owner.name}, but the server would read it as its own directive`,
      {
        at: directive.line.at,
        hint: `Make one argument of it: "--loadmodule ${path} --${directive.name}${directive.args.length > 0 ? ' ...' : ''}" (${showPlace(load.line.at)}), or set ${variableHint(owner)}.`,
      },
    );
  }
}

function splitName(name: string): readonly [string, string | null] {
  const dot = name.indexOf('.');
  return dot < 0 ? [name, null] : [name.slice(0, dot), name.slice(dot + 1)];
}

function variableHint(manifest: Manifest): string {
  return `${manifest.env ?? manifest.name.toUpperCase()}_MODULE_ARGS`;
}
