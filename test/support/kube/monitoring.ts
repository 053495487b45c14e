import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { z } from 'zod';
import { ensureProgram } from '../../../scripts/lib/programs.ts';
import type { KubeObject } from './manifest.ts';

const strict = { type: 'object', additionalProperties: false } as const;
const texts = { type: 'object', additionalProperties: { type: 'string' } };
const duration = { type: 'string', pattern: '^([0-9]+(ms|[smhdwy]))+$' };

const object = (kind: string, spec: object): object => ({
  ...strict,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: {},
    kind: { const: kind },
    metadata: {
      ...strict,
      required: ['name'],
      properties: { name: { type: 'string' }, namespace: { type: 'string' }, labels: texts },
    },
    spec,
  },
});

/**
 * The fields of the Prometheus operator's kinds that the manifests use, and no others: as its types have them at
 * 3ece7bb5e573632978cc73026b9c4186efb4822e (podmonitor_types.go) and 9ef4d425e9b37047fe997972095febc6f4b71d2a
 * (prometheusrule_types.go, both in pkg/apis/monitoring/v1). By apiVersion and kind.
 */
export const monitoringSchemas: Readonly<Record<string, object>> = {
  'monitoring.coreos.com/v1 PodMonitor': object('PodMonitor', {
    ...strict,
    required: ['selector', 'podMetricsEndpoints'],
    properties: {
      jobLabel: { type: 'string' },
      selector: { ...strict, properties: { matchLabels: texts } },
      podMetricsEndpoints: {
        type: 'array',
        minItems: 1,
        items: {
          ...strict,
          properties: { port: { type: 'string' }, interval: duration, scrapeTimeout: duration },
        },
      },
    },
  }),
  'monitoring.coreos.com/v1 PrometheusRule': object('PrometheusRule', {
    ...strict,
    required: ['groups'],
    properties: {
      groups: {
        type: 'array',
        items: {
          ...strict,
          required: ['name', 'rules'],
          properties: {
            name: { type: 'string', minLength: 1 },
            rules: {
              type: 'array',
              items: {
                ...strict,
                required: ['alert', 'expr'],
                properties: {
                  alert: { type: 'string' },
                  expr: { type: 'string' },
                  for: duration,
                  labels: texts,
                  annotations: texts,
                },
              },
            },
          },
        },
      },
    },
  }),
};

const ruleSpec = z.object({
  spec: z.object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })) }),
});

/** Name and expression of each alert. */
export function alertsOf(rule: KubeObject): ReadonlyArray<{ readonly alert: string; readonly expr: string }> {
  return ruleSpec.parse(rule).spec.groups.flatMap(({ rules }) => rules);
}

/**
 * The metrics that an expression asks for. All of ours are the exporter's, but for `up`, which Prometheus makes of each
 * scrape.
 */
export function metricsIn(expr: string): string[] {
  return [...new Set(expr.match(/\b(?:redis_\w+|up(?=\{))/g) ?? [])].toSorted();
}

/**
 * What an exporter answered, by metric and labels as they are written: `redis_up`,
 * `redis_exporter_last_scrape_error{err=""}`.
 */
export type Scrape = ReadonlyMap<string, number>;

export function readScrape(text: string): Scrape {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** The names alone. */
export function namesIn(scrape: Scrape): ReadonlySet<string> {
  return new Set([...scrape.keys()].map((series) => series.split('{')[0] ?? ''));
}

/**
 * The alerts that fire where every scrape of a pod gives what stands here, for an hour: promtool evaluates the rules. A
 * pod without a scrape is one whose exporter does not answer. Series get the labels that the PodMonitor gives them.
 */
export async function firing(rule: KubeObject, pods: Readonly<Record<string, Scrape | undefined>>): Promise<string[]> {
  const wanted = new Set(alertsOf(rule).flatMap(({ expr }) => metricsIn(expr)));
  const series = Object.entries(pods).flatMap(([pod, scrape]) => {
    const known = [...(scrape ?? [])].filter(([name]) => wanted.has(name.split('{')[0] ?? ''));
    const all: ReadonlyArray<[string, number]> = [['up', scrape === undefined ? 0 : 1], ...known];
    return all.map(([name, value]) => ({ series: labelled(name, pod), values: `${value}+0x120` }));
  });
  const names = alertsOf(rule).map(({ alert }) => alert);
  const fires = (name: string) => ({
    expr: `count(ALERTS{alertname="${name}", alertstate="firing"}) > bool 0`,
    eval_time: '50m',
    exp_samples: [],
  });
  const tests = [{ interval: '30s', input_series: series, promql_expr_test: names.map(fires) }];
  // A test that expects nothing of each name fails for those that fire, and says which.
  const said = await promtool(rule, 'test', { rule_files: ['rules.yaml'], evaluation_interval: '30s', tests });
  const failed = [...said.matchAll(/expr: "?count\(ALERTS\{alertname=\\?"(\w+)\\?"/g)].map(([, name = '']) => name);
  if (failed.length === 0 && !/SUCCESS/.test(said)) throw new Error(`promtool said: ${said}`);
  return failed.toSorted();
}

function labelled(series: string, pod: string): string {
  const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(series) ?? [];
  const target = `job="valkey",namespace="valkey",pod="${pod}",container="metrics"`;
  return `${name}{${labels === '' ? '' : `${labels},`}${target}}`;
}

/** What promtool says of the rules by themselves. */
export function checkRules(rule: KubeObject): Promise<string> {
  return promtool(rule, 'check', undefined);
}

/**
 * Runs Debian's promtool on the rules, as Prometheus reads them, and on a test of them; its whole output, whichever way
 * it ended.
 */
async function promtool(rule: KubeObject, verb: 'check' | 'test', test: object | undefined): Promise<string> {
  const program = await ensureProgram('promtool', {
    package: 'promtool',
    suites: ['trixie'],
    file: 'usr/bin/promtool',
  });
  const folder = await mkdtemp(join(tmpdir(), 'rules-'));
  try {
    await writeFile(join(folder, 'rules.yaml'), stringify('spec' in rule ? rule.spec : {}));
    if (test !== undefined) await writeFile(join(folder, 'test.yaml'), stringify(test));
    const file = test === undefined ? 'rules.yaml' : 'test.yaml';
    const { all } = await execa(program, [verb, 'rules', file], { cwd: folder, reject: false, all: true });
    return all;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
