import { layout } from '../layout.ts';
import { require, requireSame } from '../outcome.ts';
import type { Subject } from '../subject.ts';

type Rule = (subject: Subject) => string;

const { config } = layout;
const source = 'https://github.com/kailas-cloud/valkey-bundle';
const title = 'org.opencontainers.image.';

/** What the image's configuration has to say, by the name of the check. */
export const configRules: Readonly<Record<string, Rule>> = {
  'structure: USER is numeric': ({ image }) => same('USER', image.Config.User, config.User),
  'structure: ENTRYPOINT': ({ image }) => same('ENTRYPOINT', image.Config.Entrypoint, config.Entrypoint),
  'structure: CMD': ({ image }) => same('CMD', image.Config.Cmd, config.Cmd),
  'structure: WORKDIR': ({ image }) => same('WORKDIR', image.Config.WorkingDir, config.WorkingDir),
  'structure: EXPOSE': ({ image }) => same('EXPOSE', image.Config.ExposedPorts, config.ExposedPorts),
  'structure: HEALTHCHECK': ({ image }) => same('HEALTHCHECK', image.Config.Healthcheck?.Test, config.Healthcheck),
  'structure: nothing is set in the environment but PATH': ({ image }) => {
    const names = (image.Config.Env ?? []).map((entry) => entry.split('=')[0] ?? '');
    // What official images set for their own build; the project's defaults stand in bundle.json.
    const ours = names.filter((name) =>
      /(_MODULE_ARGS|^VALKEY_(MODULES|EXTRA_FLAGS|PASSWORD.*)|^MODULE_DIR|^DEBUG)$/.test(name),
    );
    require(ours.length === 0, () => `the image sets ${ours.join(', ')}`);
    return names.join(', ');
  },
  'labels: say what the image is': ({ image, bundle }) => {
    const labels: Readonly<Record<string, string>> = image.Config.Labels ?? {};
    for (const name of ['title', 'description', 'licenses', 'version']) {
      require((labels[`${title}${name}`] ?? '') !== '', () => `${title}${name} is missing`);
    }
    requireSame(`${title}source`, labels[`${title}source`], source);
    const [version = '', valkey] = [labels[`${title}version`], bundle?.valkey];
    require(valkey === undefined || version.startsWith(valkey), () =>
      `${title}version is ${version}, the server is ${valkey}`);
    const revision = labels[`${title}revision`];
    require(revision === undefined || /^[0-9a-f]{40}(-dirty)?$/.test(revision), () =>
      `${title}revision is ${revision}`);
    return `version ${version}, revision ${revision ?? 'not said'}`;
  },
};

function same(what: string, got: unknown, wanted: unknown): string {
  requireSame(what, got, wanted);
  return JSON.stringify(wanted);
}
