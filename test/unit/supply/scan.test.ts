import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { PipelineError } from '../../../scripts/lib/pipeline-error.ts';
import { paths } from '../../../scripts/lib/workspace.ts';
import {
  grypeArguments,
  grypeConfig,
  type ImageToScan,
  readWaivers,
  requireCurrentWaivers,
  scanImages,
  type Waiver,
} from '../../../scripts/supply/scan.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-'));
});
afterEach(() => rm(folder, { recursive: true }));

const waiver: Waiver = { id: 'CVE-2099-0001', reason: 'not called', added: '2099-01-01', until: '2099-03-31' };

describe('a scan', () => {
  /** A program in grype's place: it writes its arguments down, and ends with a code for each image. */
  const scan = async (codes: Readonly<Record<string, number>>): Promise<string> => {
    const grype = join(folder, 'grype');
    const cases = Object.entries(codes).map(([image, code]) => `${image}) exit ${code};;`);
    await writeFile(grype, `#!/bin/sh\necho "$@" >>${folder}/calls\ncase $1 in\n${cases.join('\n')}\nesac\n`);
    await chmod(grype, 0o755);
    return scanned(grype, Object.keys(codes));
  };
  const scanned = (grype: string, references: readonly string[]): Promise<string> =>
    scanImages(
      references.map((reference): ImageToScan => ({ reference, findings: null })),
      {
        ...{ waivers: [waiver], platform: null, failOn: 'high', onlyFixed: false, grype, report: () => {} },
        aborted: new AbortController().signal,
      },
    ).then(
      () => 'clean',
      (error: unknown) => (error instanceof PipelineError ? error.code : String(error)),
    );

  it.each<[codes: Record<string, number>, result: string]>([
    [{ one: 0, other: 0 }, 'clean'],
    [{ one: 0, other: 2 }, 'VP611'],
    [{ one: 1 }, 'VP613'],
    [{ one: 2, other: 1 }, 'VP613'],
    [{ one: 127 }, 'VP613'],
  ])('of images for which grype ends with %j is %s', async (codes, result) => {
    expect(await scan(codes)).toBe(result);
  });

  it('looks at every image, also behind one with findings', async () => {
    await scan({ one: 2, other: 0 });
    expect((await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('without grype is VP902, and never clean', async () => {
    expect(await scanned(join(folder, 'nowhere'), ['one'])).toBe('VP902');
  });
});

describe('what grype is given', () => {
  const wish = { platform: 'linux/arm64', failOn: 'high', onlyFixed: true } as const;

  it('is the image, the rules, the severity that fails, and where the findings go', () => {
    const image = { reference: 'registry:example.org/a@sha256:1', findings: 'out.json' };
    expect(grypeArguments(image, wish, 'rules.yaml').join(' ')).toBe(
      'registry:example.org/a@sha256:1 --config rules.yaml --fail-on high --output table --only-fixed --platform linux/arm64 --output json=out.json',
    );
  });

  it('has no platform, file or limit to fixed ones that nobody asked for', () => {
    const args = grypeArguments({ reference: 'a', findings: null }, { ...wish, platform: null, onlyFixed: false }, 'r');
    expect(args).toEqual(['a', '--config', 'r', '--fail-on', 'high', '--output', 'table']);
  });

  it('has a rule for each waiver: by its name and what is another name of it, in one package where one is named', () => {
    const rules = z
      .object({ ignore: z.array(z.unknown()) })
      .parse(JSON.parse(grypeConfig([waiver, { ...waiver, package: 'libexample1' }])));
    const rule = { vulnerability: waiver.id, 'include-aliases': true, reason: 'not called (until 2099-03-31)' };
    expect(rules.ignore).toEqual([rule, { ...rule, package: { name: 'libexample1' } }]);
  });
});

describe('a waiver', () => {
  it.each([
    ['2099-03-31', 'holds'],
    ['2099-04-01', 'VP612'],
  ])('until 2099-03-31 on %s: %s', (today, result) => {
    const check = (): string => {
      requireCurrentWaivers([waiver], today);
      return 'holds';
    };
    if (result === 'holds') expect(check()).toBe('holds');
    else expect(check).toThrow(expect.objectContaining({ code: result }));
  });
});

describe('modules/waivers.yaml', () => {
  const good = 'id: CVE-2099-0001, reason: never called here, added: 2099-01-01, until: 2099-03-31';
  const read = async (text: string): Promise<Waiver[]> => {
    await writeFile(join(folder, 'waivers.yaml'), text);
    return readWaivers({ modules: folder, dist: '' });
  };

  it('of the project can be read', () => {
    expect(readWaivers({ modules: join(paths.root, 'modules'), dist: '' })).toEqual([]);
  });

  it('may be missing', () => {
    expect(readWaivers({ modules: folder, dist: '' })).toEqual([]);
  });

  it('gives each waiver', async () => {
    expect(await read(`waivers:\n  - { ${good} }\n`)).toEqual([
      { id: 'CVE-2099-0001', reason: 'never called here', added: '2099-01-01', until: '2099-03-31' },
    ]);
  });

  it.each([
    ['no reason', 'waivers:\n  - { id: CVE-1, added: 2099-01-01, until: 2099-03-31 }'],
    ['a reason that says nothing', `waivers:\n  - { ${good.replace('never called here', 'ok')} }`],
    ['no day of its end', 'waivers:\n  - { id: CVE-1, reason: never called here, added: 2099-01-01 }'],
    ['a day that does not exist', `waivers:\n  - { ${good.replace('03-31', '02-30')} }`],
    ['an end before its beginning', `waivers:\n  - { ${good.replace('2099-03-31', '2098-03-31')} }`],
    ['an unknown key', `waivers:\n  - { ${good}, severity: high }`],
  ])('with %s is VP101, with the line', async (_, text) => {
    await expect(read(text)).rejects.toThrow(/^VP101 .*waivers\.yaml:2:\d+: /);
  });
});
