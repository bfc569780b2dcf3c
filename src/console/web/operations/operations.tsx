import { useEffect } from 'preact/hooks';
import { ask, get } from '../lib/api.js';
import { age, number } from '../lib/format.js';
import { isAdmin, signIn } from '../lib/session.js';
import { now, t, textOf } from '../lib/texts.js';
import { TokenForm } from '../shell/settings.js';
import { Consumers } from './consumers.js';
import { followMetrics, sparks } from './metrics.js';
import { usePolled } from './polled.js';
import { Projections } from './projections.js';
import { SearchBench } from './search-bench.js';
import { Spark } from './spark.js';
import type { SparkName } from './sparks.js';

interface Health {
  status: string;
  parts: Record<string, { status: string; detail?: string }>;
  uptimeSeconds: number;
}

/** What operators look at: whether all is well, how it has been, and why. */
export function Operations() {
  return (
    <div class="stack">
      <HealthCard />
      <SparksCard />
      <SearchBench />
      {isAdmin.value ? <ForAdmins /> : <AskForToken />}
    </div>
  );
}

function AskForToken() {
  return (
    <section class="card">
      <p>{t('operations.needs-token')}</p>
      <TokenForm onDone={() => undefined} />
    </section>
  );
}

function HealthCard() {
  const { value, problem } = usePolled(async (signal) => (await ask<Health>('/health', { signal })).body);
  const health = value.value;
  return (
    <section class="card">
      <h2>{t('operations.health')}</h2>
      {problem.value !== null && <p class="bad">{problem.value}</p>}
      {health && (
        <p class="chips">
          <b class={`state is-${health.status}`}>{textOf('health', health.status)}</b>
          {Object.entries(health.parts).map(([part, { status, detail }]) => (
            <span key={part} class={`state is-${status}`} title={detail}>
              {part}
              {detail !== undefined && <span class="quiet">: {detail}</span>}
            </span>
          ))}
          <span class="quiet">{t('operations.uptime', { time: age(now.value - health.uptimeSeconds * 1_000) })}</span>
        </p>
      )}
    </section>
  );
}

function SparksCard() {
  useEffect(followMetrics, []);
  return (
    <section class="card">
      <h2>{t('operations.last')}</h2>
      <div class="sparks">
        {sparks.value &&
          Object.entries(sparks.value).map(([name, values]) => (
            <Spark key={name} name={name as SparkName} values={values} />
          ))}
      </div>
    </section>
  );
}

function ForAdmins() {
  return (
    <>
      <div class="stats">
        <Stats title={t('operations.log')} path="/api/events/stats" />
        <Stats title={t('operations.cache')} path="/api/cache/stats">
          <button type="button" onClick={() => void ask('/api/cache', { method: 'DELETE' }).catch(() => undefined)}>
            {t('operations.clear-cache')}
          </button>
        </Stats>
        <Stats title={t('operations.sockets')} path="/api/realtime/stats" />
      </div>
      <Consumers />
      <Projections />
      <button type="button" class="link" onClick={() => signIn(null)}>
        {t('token.forget')}
      </button>
    </>
  );
}

function Stats({ title, path, children }: { title: string; path: string; children?: preact.ComponentChildren }) {
  const { value, problem } = usePolled((signal) => get<Record<string, unknown>>(path, {}, signal));
  return (
    <section class="card">
      <h2>{title}</h2>
      {problem.value !== null && <p class="bad">{problem.value}</p>}
      <dl class="facts">{value.value && <Facts facts={value.value} />}</dl>
      {children}
    </section>
  );
}

/** Whatever the server counts, with names as it has them; what is within is shown as `outer.inner`. */
function Facts({ facts }: { facts: Record<string, unknown> }) {
  return (
    <>
      {flattened(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </>
  );
}

function flattened(facts: object, prefix = ''): [string, string][] {
  return Object.entries(facts).flatMap(([name, value]): [string, string][] => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (typeof value === 'object' && value !== null) return flattened(value as object, path);
    return [[path, typeof value === 'number' ? number(value, 4) : value === null ? '–' : String(value)]];
  });
}
