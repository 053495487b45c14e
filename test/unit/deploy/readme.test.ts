import { describe, expect, it } from 'vitest';
import { execCommandsOf } from '../../support/kube/render.ts';
import { allPages, commandLinesOf, readPage } from '../../support/pages.ts';

const pages = allPages().filter((page) => page === 'deploy/README.md' || page.startsWith('docs/operate/'));
const commands = pages.flatMap((page) => [
  ...commandLinesOf(readPage(page), page),
  ...readPage(page)
    .split('\n')
    .filter((line) => line.includes('kubectl')),
]);

describe('no command of the pages', () => {
  it.each([
    [
      'hands a password to a command line',
      /-e (?:REDISCLI_AUTH|VALKEY_PASSWORD)=|REDISCLI_AUTH="?\$PASSWORD|-a "?\$PASSWORD/,
    ],
    ['looks once at a cluster that may not be ready yet', /cluster check(?! --timeout \d)/],
    ['installs whatever is latest', /releases\/latest/],
    ['pipes a page of the web to kubectl, whatever it says', /curl [^|\n]*\| *kubectl/],
    [
      'fails where what it deletes is gone already',
      /kubectl delete -k (?!.*--ignore-not-found)|delete (?:job|statefulset)\b(?!.*--ignore-not-found)/,
    ],
    ['creates what a later apply warns of, because it was not applied', /kubectl create namespace/],
    ['deletes claims that another instance may own', /delete pvc -l app\.kubernetes\.io\/name=valkey(?!,)/],
    ['names an operator’s resource without its group', /kubectl .*\b(get|patch|delete|wait) valkey /],
  ])('%s', (_what, pattern) => {
    expect(commands.length).toBeGreaterThan(20);
    for (const command of commands) expect(command).not.toMatch(pattern);
  });
});

it('reads what is run in pods, a loop as one command for each', () => {
  const page = [
    'for i in 0 1; do kubectl -n valkey exec n-$i -- tool check; done    # remark',
    "- Text: `kubectl -n valkey exec -it n-0 -- sh -c 'A=$(cat /x) exec y'`. More",
  ].join('\n');
  expect(execCommandsOf(page, 'n')).toEqual([
    { pod: 'n-0', command: 'tool check' },
    { pod: 'n-1', command: 'tool check' },
    { pod: 'n-0', command: "sh -c 'A=$(cat /x) exec y'" },
  ]);
});
