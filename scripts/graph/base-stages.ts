import { reads, run } from './dockerfile.ts';

/** The base, under the name that every other stage uses. `from` is a digest, or an image that only this engine has. */
export function baseStage(from: string): string {
  return `FROM ${from} AS base`;
}

/** What is in the base, read inside it with the tools of the toolchain: nothing is installed in the base for it. */
export function baseRecordStages(files: string): string[] {
  return [
    [
      'FROM toolchain AS base-reading',
      run(
        ['sh', '/build/base-record.sh'],
        [
          reads(`${files}/builders/base-record.sh`, '/build/base-record.sh'),
          { type: 'bind', from: 'base', source: '/', target: '/base' },
        ],
      ),
    ].join('\n'),
    ['FROM scratch AS base-record', 'COPY --from=base-reading /out/ /'].join('\n'),
  ];
}
