import { useSignal } from '@preact/signals';
import type { ProductPage } from '../../../client/index.js';
import { type ApiAnswer, ask, messageOf, urlOf } from '../lib/api.js';
import { number } from '../lib/format.js';
import { t, textOf } from '../lib/texts.js';

const PATH = '/api/products/search';

/** One search, asked for twice: what it was taken for, and whether the cache had it. */
export function SearchBench() {
  const q = useSignal('pyaz ka bhav');
  const others = useSignal('');
  const answers = useSignal<readonly ApiAnswer<ProductPage>[]>([]);
  const problem = useSignal<string | null>(null);
  const query = (): Record<string, string> => ({
    ...Object.fromEntries(new URLSearchParams(others.value)),
    q: q.value,
  });
  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    problem.value = null;
    try {
      const first = await ask<ProductPage>(PATH, { query: query() });
      answers.value = [first];
      answers.value = [first, await ask<ProductPage>(PATH, { query: query() })];
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  return (
    <section class="card">
      <h2>{t('bench.title')}</h2>
      <p class="quiet">{t('bench.how')}</p>
      <form class="tools-row" onSubmit={(event) => void run(event)}>
        <input
          aria-label={t('search.label')}
          value={q.value}
          onInput={(event) => (q.value = event.currentTarget.value)}
        />
        <input
          class="wide"
          aria-label={t('bench.filters')}
          placeholder={t('bench.filters')}
          value={others.value}
          onInput={(event) => (others.value = event.currentTarget.value)}
        />
        <button type="submit" class="primary">
          {t('bench.ask')}
        </button>
      </form>
      {problem.value !== null && <p class="bad">{problem.value}</p>}
      {answers.value[0] && <Explanation answers={answers.value} url={urlOf(PATH, query()).href} />}
    </section>
  );
}

function Explanation({ answers, url }: { answers: readonly ApiAnswer<ProductPage>[]; url: string }) {
  const { interpretation, items, nextCursor, position } = answers.at(-1)!.body;
  const { kind, q, dropped, corrected, place } = interpretation;
  return (
    <dl class="facts explanation">
      {answers.map(({ headers, took }, index) => {
        const result = headers.get('x-cache') ?? '–';
        return (
          <div key={index}>
            <dt>{t(index === 0 ? 'bench.first' : 'bench.second')}</dt>
            <dd>
              <b class={result === 'HIT' ? 'good' : 'warn'}>{result}</b>{' '}
              <span class="quiet">{textOf('cache', result)}</span> {number(took, 1)} ms
            </dd>
          </div>
        );
      })}
      <div>
        <dt>{t('bench.taken-for')}</dt>
        <dd>
          <b>{kind}</b> <span dir="auto">{q}</span>
          {dropped.length > 0 && ` − ${dropped.join(', ')}`}
          {corrected.map(({ from, to }) => ` · ${from} → ${to}`)}
          {place && ` @ ${Object.values(place).join(', ')}`}
        </dd>
      </div>
      <div>
        <dt>{t('bench.found')}</dt>
        <dd>
          {number(items.length)}
          {nextCursor !== null && '+'}:{' '}
          {items
            .slice(0, 5)
            .map(({ displayName, name }) => displayName ?? name)
            .join(', ')}
        </dd>
      </div>
      <div>
        <dt>{t('bench.at')}</dt>
        <dd>#{position}</dd>
      </div>
      <div>
        <dt>URL</dt>
        <dd>
          <code>{url}</code>
        </dd>
      </div>
    </dl>
  );
}
