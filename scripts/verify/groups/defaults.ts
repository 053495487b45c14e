import type { BundleFile } from '../../../modules/schema.ts';
import { portCapabilities } from '../coordinator.ts';
import type { Group, Lab } from '../lab.ts';
import { CheckFailed, CheckNotRun, require, requireSame } from '../outcome.ts';
import { type Server, withServer } from '../server.ts';
import type { Expected } from '../subject.ts';

type Condition = Readonly<Record<string, string>>;
type ModuleArgs = BundleFile['defaults']['moduleArgs'];

/**
 * The image defaults of this variant hold where their condition holds, and nowhere else. The conditions of the other variants are tried,
 * too: what one adds under `cluster-enabled yes`, the others must not have.
 */
export function imageDefaults(expected: Expected): Group[] {
  const conditions = new Map<string, Condition>([['', {}]]);
  for (const { defaults } of Object.values(expected.line.variants)) {
    for (const { when } of defaults.moduleArgs) conditions.set(titleOf(when), when);
  }
  return [...conditions.values()].map((condition) => (lab) => underCondition(lab, condition));
}

async function underCondition(lab: Lab, condition: Condition): Promise<void> {
  const { subject, recorder } = lab;
  const { line, variant, manifests } = subject.expected;
  const given = argumentsUnder(line.variants[variant]?.defaults.moduleArgs ?? [], condition);
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

/** What the defaults give to each module where exactly this condition holds. */
function argumentsUnder(moduleArgs: ModuleArgs, condition: Condition): Map<string, string[]> {
  const given = new Map<string, string[]>();
  for (const { module, args, when } of moduleArgs) {
    const holds = Object.entries(when).every(([name, value]) => condition[name] === value);
    if (holds) given.set(module, [...(given.get(module) ?? []), ...args.split(' ').filter((word) => word !== '')]);
  }
  return given;
}

async function argumentsOf(server: Server, loadName: string): Promise<readonly string[]> {
  const module = (await server.modules()).find(({ name }) => name === loadName);
  if (module === undefined) throw new CheckFailed(`${loadName} is not loaded`);
  return module.args;
}

/** Whether something in the container takes connections on the port. */
async function answers(server: Pick<Server, 'exec'>, port: number): Promise<boolean> {
  const { exitCode } = await server.exec(['timeout', '5', 'bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`]);
  return exitCode === 0;
}

function titleOf(condition: Condition): string {
  return Object.entries(condition)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
