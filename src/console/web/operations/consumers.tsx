import { useSignal } from '@preact/signals';
import type { ConsumerState, ParkedEvent } from '../../../contracts/index.js';
import { ask, get, messageOf } from '../lib/api.js';
import { age, number } from '../lib/format.js';
import { t } from '../lib/texts.js';
import { usePolled } from './polled.js';

const pathOf = (name: string, rest = ''): string => `/api/consumers/${encodeURIComponent(name)}${rest}`;

/** Durable consumers: how far they are, and what they could not take. */
export function Consumers() {
  const { value, problem, again } = usePolled((signal) =>
    get<{ consumers: ConsumerState[] } | ConsumerState[]>('/api/consumers', {}, signal),
  );
  const all = Array.isArray(value.value) ? value.value : value.value?.consumers;
  return (
    <section class="card">
      <h2>{t('operations.consumers')}</h2>
      {problem.value !== null && <p class="bad">{problem.value}</p>}
      {all?.length === 0 && <p class="quiet">{t('operations.none')}</p>}
      {all?.map((consumer) => (
        <Consumer key={consumer.name} consumer={consumer} again={again} />
      ))}
    </section>
  );
}

function Consumer({ consumer, again }: { consumer: ConsumerState; again: () => void }) {
  const { name, lag, lagSeconds, owner, parked, failing, paused, position } = consumer;
  const problem = useSignal<string | null>(null);
  const target = useSignal('');
  const run = async (path: string, method: string, body?: unknown): Promise<void> => {
    problem.value = null;
    await ask(path, { method, body }).catch((error: unknown) => (problem.value = messageOf(error)));
    again();
  };
  return (
    <details class="consumer">
      <summary>
        <b>{name}</b>
        <span class={lag > 0 ? 'warn' : 'good'}>
          {t('consumer.lag')} {number(lag)}
          {lag > 0 && ` (${number(lagSeconds)} s)`}
        </span>
        {parked > 0 && (
          <span class="bad">
            {t('consumer.parked')} {number(parked)}
          </span>
        )}
        {failing > 0 && (
          <span class="warn">
            {t('consumer.failing')} {number(failing)}
          </span>
        )}
        <span class="quiet">
          {t('consumer.owner')} {owner ?? '–'} · #{position}
        </span>
      </summary>
      <div class="tools-row">
        <button type="button" onClick={() => void run(pathOf(name), 'PATCH', { paused: !paused })}>
          {t(paused ? 'consumer.resume' : 'consumer.pause')}
        </button>
        <label>
          <span>{t('consumer.seek')}</span>
          <input
            inputMode="numeric"
            value={target.value}
            onInput={(event) => (target.value = event.currentTarget.value)}
          />
        </label>
        <button
          type="button"
          disabled={!/^\d+$/.test(target.value)}
          onClick={() => void run(pathOf(name, '/seek'), 'POST', { position: Number(target.value) })}
        >
          {t('consumer.go')}
        </button>
      </div>
      {problem.value !== null && <p class="bad">{problem.value}</p>}
      {parked > 0 && <Parked name={name} run={run} />}
    </details>
  );
}

function Parked({ name, run }: { name: string; run: (path: string, method: string) => Promise<void> }) {
  const { value, again } = usePolled((signal) =>
    get<{ events: ParkedEvent[] } | { parked: ParkedEvent[] }>(pathOf(name, '/parked'), {}, signal),
  );
  const found = value.value;
  const events = found ? ('events' in found ? found.events : found.parked) : [];
  return (
    <table class="products">
      <caption class="unseen">{t('consumer.parked')}</caption>
      <tbody>
        {events.map(({ eventId, position, key, error, parkedAt }) => (
          <tr key={eventId}>
            <td class="quiet">#{position}</td>
            <td>
              <code>{key}</code>
              <span class="bad line">{error}</span>
            </td>
            <td class="quiet">{age(parkedAt)}</td>
            <td>
              <button
                type="button"
                onClick={() => void run(pathOf(name, `/parked/${eventId}/retry`), 'POST').then(again)}
              >
                {t('consumer.retry')}
              </button>{' '}
              <button type="button" onClick={() => void run(pathOf(name, `/parked/${eventId}`), 'DELETE').then(again)}>
                {t('consumer.drop')}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
