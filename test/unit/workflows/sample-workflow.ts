import { readWorkflow, type Workflow } from '../../../scripts/workflows/workflow-file.ts';

/** A workflow in which every rule holds. */
export const good = `name: sample
on:
  push:
    branches: [main]
permissions: {}
concurrency:
  group: sample-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: npm run build -- "$MODULE" --line "$LINE"
        env:
          LINE: "9.0"
          MODULE: search
`;

export const pins = [
  {
    action: 'actions/checkout',
    tag: 'v7.0.1',
    commit: '3d3c42e5aac5ba805825da76410c181273ba90b1',
    readIn: 'somewhere',
  },
];

/** The good workflow with one piece of its text replaced. Fails if the piece is not there. */
export function workflowWith(piece: string, replacement: string): Workflow {
  if (!good.includes(piece)) throw new Error(`the sample has no ${piece}`);
  return workflow(good.replace(piece, replacement));
}

export function workflow(text: string): Workflow {
  const read = readWorkflow('.github/workflows/sample.yml', text);
  if ('problems' in read) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  return read;
}
