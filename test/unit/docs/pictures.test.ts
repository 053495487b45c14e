import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { paths } from '../../../scripts/lib/workspace.ts';
import { elementsOf } from '../../support/svg.ts';

const step = z.object({
  run: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const job = z.object({ needs: z.union([z.string(), z.array(z.string())]).default([]), steps: z.array(step) });
const workflow = z.object({ jobs: z.record(z.string(), job) });

describe('the picture of a release', () => {
  const svg = readFileSync(join(paths.root, 'docs/pictures/release.svg'), 'utf8');
  const elements = elementsOf(svg);
  const release = workflow.parse(parse(readFileSync(join(paths.root, '.github/workflows/release.yml'), 'utf8')));

  it('has the jobs of the workflow with what they wait for, run and keep', () => {
    const drawn = elements.flatMap(({ attributes }) => {
      const {
        'data-job': name,
        'data-needs': needs,
        'data-commands': commands,
        'data-artifacts': artifacts,
      } = attributes;
      return name === undefined ? [] : [{ name, needs, commands, artifacts }];
    });
    const jobs = Object.entries(release.jobs).map(([name, { needs, steps }]) => ({
      name,
      needs: [needs].flat().join(' '),
      commands: steps.flatMap(({ run }) => /^npm run (\S+)/.exec(run ?? '')?.[1] ?? []).join(' '),
      artifacts: steps
        .filter(({ uses }) => uses?.startsWith('actions/upload-artifact@'))
        .map((each) => String(each.with?.['name']).replace(/-\$\{\{.*$/, ''))
        .join(' '),
    }));
    expect(drawn).toEqual(jobs);
  });

  it('names every job and every command where people read', () => {
    const texts = elements.filter(({ name }) => name === 'text').map(({ text }) => text);
    const commands = Object.values(release.jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => /^npm run (\S+)/.exec(run ?? '')?.[1] ?? []),
    );
    const words = new Set(texts.flatMap((text) => text.split(/[ ,:]+/)));
    expect([...Object.keys(release.jobs), ...commands].filter((word) => !words.has(word))).toEqual([]);
  });
});
