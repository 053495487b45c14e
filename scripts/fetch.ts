import { readLock } from './data/lock.ts';
import { chooseLines, fetchLine, planFetch } from './inputs/fetch-line.ts';
import { showFetchPlan } from './inputs/show-plans.ts';
import { type Invocation, runVerb } from './lib/command-line.ts';
import { openWorkspace } from './lib/workspace.ts';

const usage = `npm run fetch [-- [MODULE ...] [--line LINE ...] [--offline] [--dry-run]]
Fetches the sources of modules, at exactly what modules/lock.json says, into dist/sources. Prints one line a source: line, module, folder.
  MODULE       only these modules
  --line LINE  of this release line, not of all; may stand several times
  --offline    use what is there already, and ask nobody
  --dry-run    print what would be fetched
A mirror: git config --global url.<mirror>.insteadOf <origin>; of crates.io: VALKEY_BUNDLE_CRATES_MIRROR=<url>
Example: npm run fetch -- --line 9.0`;

const options = {
  line: { type: 'string', multiple: true },
  offline: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

const verb = { name: 'fetch', usage, options, positionals: Number.POSITIVE_INFINITY };

await runVerb(verb, async ({ values, positionals, aborted, report }: Invocation<typeof options>) => {
  const { offline = false } = values;
  const workspace = openWorkspace();
  const { lines: locked } = readLock(workspace);
  const chosen = chooseLines(workspace, values.line, positionals);
  if (values['dry-run']) {
    for (const one of chosen)
      for (const row of await showFetchPlan(workspace, one, locked[one.line.line])) console.log(row);
    return;
  }
  // All lines are compared with the lock before the first byte is fetched.
  for (const { line, only } of chosen) await planFetch(workspace, line, locked[line.line], only);
  for (const { line, only } of chosen) {
    const sources = await fetchLine(workspace, line, locked[line.line], { only, offline, aborted, report });
    for (const [module, { folder }] of Object.entries(sources)) console.log(`${line.line} ${module} ${folder}`);
  }
});
