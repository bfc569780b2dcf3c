import { useSignal } from '@preact/signals';
import type { ProjectionState } from '../../../contracts/index.js';
import { ask, get, messageOf } from '../lib/api.js';
import { number } from '../lib/format.js';
import { t } from '../lib/texts.js';
import { usePolled } from './polled.js';

/** Tables that are made of the log alone. */
export function Projections() {
  const { value, problem, again } = usePolled(
    async (signal) => (await get<{ projections: ProjectionState[] }>('/api/projections', {}, signal)).projections,
  );
  const failure = useSignal<string | null>(null);
  const rebuild = async (name: string): Promise<void> => {
    const path = `/api/projections/${encodeURIComponent(name)}/rebuild`;
    failure.value = null;
    await ask(path, { method: 'POST' }).catch((error: unknown) => (failure.value = messageOf(error)));
    again();
  };
  return (
    <section class="card">
      <h2>{t('operations.projections')}</h2>
      {(problem.value ?? failure.value) !== null && <p class="bad">{failure.value ?? problem.value}</p>}
      <ul class="plain-list">
        {value.value?.map(({ name, version, position, rows, rebuilding }) => (
          <li key={name}>
            <b>{name}</b>{' '}
            <span class="quiet">
              v{version} · #{position} · {number(rows)} {t('projection.rows')}
            </span>{' '}
            {rebuilding ? (
              <progress
                max={Math.max(1, rebuilding.of)}
                value={rebuilding.position}
                aria-label={t('projection.rebuild')}
              />
            ) : (
              <button type="button" onClick={() => void rebuild(name)}>
                {t('projection.rebuild')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
