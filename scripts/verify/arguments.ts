import { variableName } from '../../entrypoint/text/names.ts';
import type { BundleFile, ModuleManifest } from '../../modules/schema.ts';
import { portCapabilities } from './coordinator.ts';
import type { Group, Lab } from './lab.ts';
import { CheckFailed, CheckNotRun, require, requireSame } from './report.ts';
import { type Server, withServer } from './server.ts';
import { type Expected, moduleVersion } from './subject.ts';

/** One known option of every module, given through the module's variable, reaches the module. */
export const moduleArguments: Group = async (lab) => {
  const { subject, recorder } = lab;
  const tried = subject.expected.manifests.map((manifest) => ({
    manifest,
    argument: pickArgument(manifest, moduleVersion(subject, manifest.name)),
  }));
  const env = Object.fromEntries(
    tried.flatMap(({ argument }) => (argument === null ? [] : [[argument.variable, argument.text] as const])),
  );
  await withServer(lab, 'start: with an argument for every module', { env }, async (server) => {
    for (const { manifest, argument } of tried) {
      await recorder.check(`module ${manifest.name}: its arguments arrive`, async () => {
        if (argument === null) throw new CheckNotRun('the manifest has no option with a value to try');
        const { variable, text, words, directive } = argument;
        if (words !== null) await requireWords(server, manifest.loadName, words);
        if (directive !== null) {
          requireSame(`CONFIG GET ${directive.name}`, await server.config(directive.name), directive.value);
        }
        return `${variable}=${text}`;
      });
    }
  });
};

async function requireWords(server: Server, loadName: string, words: readonly string[]): Promise<void> {
  const module = (await server.modules()).find(({ name }) => name === loadName);
  if (module === undefined) throw new CheckFailed(`${loadName} is not loaded`);
  const at = module.args.indexOf(words[0] ?? '');
  const shown = module.args.slice(at, at + words.length);
  require(at !== -1 && JSON.stringify(shown) === JSON.stringify(words), () =>
    `MODULE LIST shows ${JSON.stringify(module.args)}, wanted ${words.join(' ')}`);
}

type Option = ModuleManifest['loadArgs']['options'][string];

/** One argument to try on a module: how it is given, and where it has to turn up. */
interface TriedArgument {
  readonly variable: string;
  readonly text: string;
  /** Words that MODULE LIST has to show, one after the other; null for a module that takes directives instead. */
  readonly words: readonly string[] | null;
  readonly directive: { readonly name: string; readonly value: string } | null;
}

/** The harmless ones first: a number that differs by one from its default changes nothing that a check could see. */
const preference = ['integer', 'number', 'memory', 'enum', 'boolean'] as const;

/**
 * A known option of a module, with a value that is allowed and not its default; null where the manifest has none that
 * can be tried without knowing more. `version` decides which options the module has already.
 */
export function pickArgument(manifest: ModuleManifest, version: string | null): TriedArgument | null {
  const { style, options } = manifest.loadArgs;
  if (style === 'plain') return null;
  const known = Object.entries(options).filter(([, option]) => isKnown(option, version) && option.secret !== true);
  for (const type of preference) {
    for (const [name, option] of known) {
      const value = option.type === type ? otherValue(option) : null;
      if (value === null || (style === 'config' && option.config === undefined)) continue;
      const given = style === 'flags' ? `--${name}` : name;
      return {
        variable: `${manifest.env ?? variableName(manifest.file)}_MODULE_ARGS`,
        text: `${given} ${value}`,
        words: style === 'config' ? null : [given, value],
        directive: option.config === undefined ? null : { name: option.config, value },
      };
    }
  }
  return null;
}

function isKnown({ since }: Option, version: string | null): boolean {
  if (since === undefined) return true;
  if (version === null) return false;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

/** A value beside the default; null where none is known. */
function otherValue({ type, min, max, default: given, values }: Option): string | null {
  const words = values ?? (type === 'boolean' ? ['yes', 'no'] : []);
  switch (type) {
    case 'integer':
    case 'memory': {
      const least = Number(given ?? min ?? 1);
      const value = max !== undefined && least + 1 > max ? least - 1 : least + 1;
      return Number.isSafeInteger(value) && value >= (min ?? 0) ? String(value) : null;
    }
    case 'enum':
    case 'boolean':
      return given === undefined ? null : (words.find((word) => word !== String(given)) ?? null);
    case 'number':
    case 'flag':
    case 'string':
      return null;
  }
}

type Condition = Readonly<Record<string, string>>;
type ModuleArgs = BundleFile['defaults']['moduleArgs'];

/**
 * The image defaults of this variant hold where their condition holds, and nowhere else. The conditions of the other
 * variants are tried, too: what one adds under `cluster-enabled yes`, the others must not have.
 */
export function imageDefaults(expected: Expected): Group[] {
  const conditions = new Map<string, Condition>([['', {}]]);
  for (const { defaults } of Object.values(expected.line.variants)) {
    for (const { when = {} } of [...defaults.moduleArgs, ...defaults.directives]) conditions.set(titleOf(when), when);
  }
  return [...conditions.values()].map((condition) => (lab) => underCondition(lab, condition));
}

async function underCondition(lab: Lab, condition: Condition): Promise<void> {
  const { subject, recorder } = lab;
  const { line, variant, manifests } = subject.expected;
  const { moduleArgs, directives } = line.variants[variant]?.defaults ?? { moduleArgs: [], directives: [] };
  const given = argumentsUnder(moduleArgs, condition);
  const where = titleOf(condition) === '' ? 'without options' : `with ${titleOf(condition)}`;
  const command = Object.entries(condition).flatMap(([name, value]) => [`--${name}`, value]);
  const wish = command.length === 0 ? {} : { command };
  await withServer(lab, `start: ${where}`, wish, async (server) => {
    for (const manifest of manifests) {
      await recorder.check(`defaults: arguments of ${manifest.name} ${where}`, async () => {
        const wanted = given.get(manifest.name) ?? [];
        if (manifest.loadArgs.style === 'config' && wanted.length > 0) {
          throw new CheckNotRun('its arguments become directives');
        }
        requireSame('its arguments in MODULE LIST', await argumentsOf(server, manifest.loadName), wanted);
        return wanted.join(' ') || 'none';
      });
    }
    for (const { name, value } of directives.filter(({ when = {} }) => holdsUnder(when, condition))) {
      await recorder.check(`defaults: ${name} ${where}`, async () => {
        requireSame('its value in CONFIG GET', await server.config(name), value);
        return value;
      });
    }
    for (const { module, flag, offset } of portCapabilities(manifests)) {
      await recorder.check(`defaults: port of ${module} ${where}`, async () => {
        const port = 6379 + offset;
        const wanted = given.get(module)?.includes(flag) === true;
        const open = await answers(server, port);
        require(open === wanted, () =>
          `port ${port} is ${open ? 'open' : 'closed'}, wanted it ${wanted ? 'open' : 'closed'}`);
        return `port ${port} is ${open ? 'open' : 'closed'}`;
      });
    }
  });
}

/** The arguments that the defaults give to each module where exactly this condition holds. */
function argumentsUnder(moduleArgs: ModuleArgs, condition: Condition): Map<string, string[]> {
  const given = new Map<string, string[]>();
  for (const { module, args, when } of moduleArgs) {
    if (holdsUnder(when, condition))
      given.set(module, [...(given.get(module) ?? []), ...args.split(' ').filter((word) => word !== '')]);
  }
  return given;
}

function holdsUnder(when: Condition, condition: Condition): boolean {
  return Object.entries(when).every(([name, value]) => condition[name] === value);
}

async function argumentsOf(server: Server, loadName: string): Promise<readonly string[]> {
  const module = (await server.modules()).find(({ name }) => name === loadName);
  if (module === undefined) throw new CheckFailed(`${loadName} is not loaded`);
  return module.args;
}

/** True if something in the container takes connections on the port. */
async function answers(server: Pick<Server, 'exec'>, port: number): Promise<boolean> {
  const { exitCode } = await server.exec(['timeout', '5', 'bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`]);
  return exitCode === 0;
}

function titleOf(condition: Condition): string {
  return Object.entries(condition)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
