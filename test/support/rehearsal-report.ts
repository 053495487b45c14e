import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { writeWhole } from '../../scripts/lib/files.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import type { PlayedJob, PlayedStep } from './workflow.ts';

/** The commit of the project as it is now; `-dirty` behind it where files are others. */
export async function describeProject(): Promise<string> {
  const args = ['describe', '--always', '--dirty', '--abbrev=12'];
  return (await execa('git', args, { cwd: paths.root, reject: false })).stdout || 'unknown';
}

/** The page is written to dist/rehearsal.md, and to the file that VALKEY_BUNDLE_REHEARSAL names. */
export async function writeRehearsal(
  workflows: Readonly<Record<string, readonly PlayedJob[]>>,
  commit: string,
): Promise<void> {
  const page = rehearsalPage(workflows, new Date().toISOString().slice(0, 10), commit);
  console.log(page);
  await writeWhole(join(paths.root, 'dist/rehearsal.md'), page);
  const wanted = process.env['VALKEY_BUNDLE_REHEARSAL'];
  if (wanted !== undefined) await writeWhole(join(paths.root, wanted), page);
}

function rehearsalPage(
  workflows: Readonly<Record<string, readonly PlayedJob[]>>,
  date: string,
  commit: string,
): string {
  const tables = Object.entries(workflows).map(([name, jobs]) => {
    const rows = jobs.flatMap(({ title, outcome, steps }) =>
      steps.length === 0
        ? [`| ${title} | | ${outcome} | | |`]
        : steps.map((step, index) => `| ${index === 0 ? title : ''} | ${rowOf(step)} |`),
    );
    return `## ${name}\n\n| job | step | result | seconds | how |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# A rehearsal of the release

Written by \`VALKEY_BUNDLE_REHEARSAL=docs/rehearsal.md npm test -- test/full/rehearsal\` on ${date}, of commit ${commit}. The steps of the workflows, taken out of their files, were run in their
order, by a user who is not root, each job in a clone and a home of its own, with the variables that GitHub sets.

${tables.join('\n')}
## What stands in

${standIns.map((one) => `- ${one}`).join('\n')}

## What is not played

${notPlayed.map((one) => `- ${one}`).join('\n')}
`;
}

function rowOf({ what, kind, outcome, seconds, note }: PlayedStep): string {
  const lines = note.split('\n');
  // Of a failure, what the pipeline says itself.
  const first = (lines.find((line) => /^VP\d{3} /.test(line)) ?? lines[0] ?? '').replaceAll('|', '\\|');
  const how = [kind === 'run' ? 'as it stands' : 'stand-in', first].filter(Boolean).join(': ');
  const text = kind === 'run' ? what : what.replace(/@.*$/, '');
  return `\`${text}\` | ${outcome} | ${Math.round(seconds)} | ${outcome === 'skipped' ? '' : first.startsWith('in its place') ? first : how}`;
}

const standIns: readonly string[] = [
  'The runner: a user of this machine in the group docker. Out of its sight are the keyring of Debian, the lists and sources of apt (another archive is named, which does not exist), and programs that Ubuntu does not have.',
  "github.com: fixtures (`test/fixtures/upstream`) that clone, ask and are built as upstream's modules are, with the modules' own manifests and Dockerfiles. What is compiled in them are the tests' stand-ins: their manifests have no smoke commands and say nothing of upstream's linked parts, and search does not search.",
  "ghcr.io and docker.io: one registry on loopback with a token service, which answers 403 where a package does not exist. The server's image in it is the base of the line local.",
  'crates.io: a server of two crates on loopback. cargo, by which resolve chooses them, is of this machine.',
  'The line: the published one whose server the line local has, for the platform of this machine alone.',
  '`debian:trixie`: the base of the line local, with what `.ci/in-debian` installs.',
  "rust-lang.org: Debian's Rust.",
  'The npm packages are installed once, by the first job; the others get a copy.',
  '`gh`: a program that writes down what it was asked.',
];

const notPlayed: readonly string[] = [
  'the other platform, and the index over two platforms;',
  "GitHub's own: scheduling, permissions as GitHub enforces them, environments and their reviewers, concurrency, time limits;",
  'the cache of what was compiled, which the engine here cannot write;',
  "identities: Sigstore's certificates and log, GitHub's attestation, the audit of the workflows;",
  'known vulnerabilities: grype and its database;',
  'a BuildKit in a container of its own, as setup-buildx makes it;',
  'the tests with containers in the job *tests*: `.ci/run` is a run by itself;',
  'release.yml started by hand, and weekly.yml.',
];
