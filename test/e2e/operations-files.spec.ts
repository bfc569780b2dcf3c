import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { installPackage, runs } from '../support/system-packages.js';

const exec = promisify(execFile);
const RULES = 'ops/prometheus/alerts.yml';
/** Metrics of ours, of the process and of Node. */
const NAMES = /\b(?:inventory|database|search_cache|realtime|http|errors|nodejs|process)_[a-z0-9_]+\b/g;
/** What Prometheus itself adds. */
const ADDED = new Set(['instance', 'job', 'le']);

interface Dashboard {
  panels: { title: string; type: string; targets?: { expr: string }[] }[];
}

/** What operators get with the product fits what the product says. */
describe('the files for Prometheus and Grafana', () => {
  let app: TestApp;
  let metrics: string;
  /** By metric, the labels that it has. */
  let labels: Map<string, Set<string>>;
  let expressions: string[];
  let alerts: string[];

  beforeAll(async () => {
    if (!(await runs('promtool', ['--version']))) await installPackage('prometheus');
    if (!(await runs('promtool', ['--version']))) throw new Error('The tests need promtool: install prometheus');
    // It isn't there, and doesn't keep an instance from starting; what it counts has labels all the same.
    app = await startApp({ env: { DATABASE_REPLICA_URLS: 'postgres://127.0.0.1:1/market' } });
    const { category } = await createProduct(app);
    await app.request('GET', `/api/products/search?category=${category}`);
    metrics = (await app.request<string>('GET', '/metrics')).body;
    labels = labelsOf(metrics);
    const rules = await readFile(RULES, 'utf8');
    alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name!);
    const ofRules = [...rules.matchAll(/expr: (?:\|\n)?([^]*?)\n +(?:for|labels):/g)].map(([, text]) => text!);
    const { panels } = JSON.parse(await readFile('ops/grafana/mandi.json', 'utf8')) as Dashboard;
    const ofPanels = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect([ofRules.length, panels.length > 20, ofPanels.length > 30]).toEqual([alerts.length, true, true]);
    expressions = [...ofRules, ...ofPanels];
  });
  afterAll(() => app.close());

  it('name metrics that there are', () => {
    const named = new Set(expressions.flatMap((text) => text.match(NAMES) ?? []));
    expect(named.size).toBeGreaterThan(25);
    expect([...named].filter((name) => !labels.has(name))).toEqual([]);
  });

  it('name labels that these metrics have', () => {
    const wrong = expressions.filter((text) => {
      const metric = labels.get(text.match(NAMES)?.[0] ?? '');
      if (!metric || metric.size === 0) return false;
      const chosen = [...text.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside]) => inside!.match(/\w+(?==)/g) ?? []);
      const grouped = [...text.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inside]) => inside!.match(/\w+/g) ?? []);
      return [...chosen, ...grouped].some((label) => !metric.has(label) && !ADDED.has(label));
    });
    expect(wrong).toEqual([]);
  });

  it('are what Prometheus can read, and so are the metrics', async () => {
    await exec('promtool', ['check', 'rules', RULES]);
    await exec('promtool', ['check', 'config', 'ops/prometheus/prometheus.yml']);
    const folder = await mkdtemp(join(tmpdir(), 'mandi-metrics-'));
    await writeFile(join(folder, 'metrics'), metrics);
    const { stdout, stderr } = await exec('sh', ['-c', 'promtool check metrics < "$0"', join(folder, 'metrics')]);
    await rm(folder, { recursive: true });
    expect(stdout + stderr).toBe('');
  });

  it('tell of replicas that are of no help, but not of reads that no replica was asked for', async () => {
    const reads = (result: string, each: number): string =>
      `{ series: 'database_replica_reads_total{instance="one",result="${result}"}', values: '0+${each}x60' }`;
    const fires = async (behind: number): Promise<boolean> => {
      const folder = await mkdtemp(join(tmpdir(), 'mandi-rules-'));
      const input = [reads('at_once', 10), reads('behind', behind), reads('floor_unknown', 500)].join(', ');
      const alert = '{ eval_time: 40m, alertname: MandiReplicasOfNoHelp, exp_alerts: [] }';
      const one = `{ interval: 1m, input_series: [${input}], alert_rule_test: [${alert}] }`;
      await writeFile(join(folder, 'test.yml'), `{ rule_files: ['${resolve(RULES)}'], tests: [${one}] }`);
      const tested = exec('promtool', ['test', 'rules', join(folder, 'test.yml')]);
      return tested
        .then(() => false)
        .catch(({ stdout = '', stderr = '' }: Partial<Record<string, string>>) => {
          expect(stdout + stderr).toMatch(/got:\[[^]*MandiReplicasOfNoHelp/);
          return true;
        })
        .finally(() => rm(folder, { recursive: true }));
    };
    expect([await fires(5), await fires(20)]).toEqual([false, true]);
  });

  it('have a word on each alert in docs/operations.md', async () => {
    const text = await readFile('docs/operations.md', 'utf8');
    expect(alerts.length).toBeGreaterThan(15);
    expect(alerts.filter((name) => !text.includes(`\n### ${name}\n`))).toEqual([]);
  });
});

/** A metric without a sample has no labels that one could see; of a histogram, its parts. */
function labelsOf(text: string): Map<string, Set<string>> {
  const labels = new Map<string, Set<string>>();
  for (const [, name] of text.matchAll(/^# TYPE (\w+) /gm)) labels.set(name!, new Set());
  for (const [, name, inside = ''] of text.matchAll(/^(\w+)(?:\{([^}]*)\})? /gm)) {
    const known = labels.get(name!) ?? new Set();
    for (const label of inside.match(/\w+(?==)/g) ?? []) known.add(label);
    labels.set(name!, known);
  }
  return labels;
}
