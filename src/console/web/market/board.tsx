import { useEffect } from 'preact/hooks';
import type { Interpretation } from '../../../client/index.js';
import { number } from '../lib/format.js';
import { t, textOf } from '../lib/texts.js';
import { clearFilters, isFiltered, openBoard, page, problem, sort, status, total } from './board-state.js';
import { PerToggle } from './per-toggle.js';
import { EventFeed } from './event-feed.js';
import { Facets } from './facets.js';
import { ProductList } from './product-list.js';
import { SearchBox } from './search-box.js';

const SORTS = ['', 'price_asc', 'price_desc', 'newest'];

/** The market as it is now. */
export function Board() {
  useEffect(openBoard, []);
  const isStale = status.value === 'stale' || status.value === 'refused';
  return (
    <div class="board">
      <Facets />
      <section class={`market ${isStale ? 'is-stale' : ''}`} aria-label={t('nav.market')}>
        <div class="tools">
          <SearchBox />
          <label class="select">
            <span class="unseen">{t('sort.label')}</span>
            <select value={sort.value} onChange={(event) => (sort.value = event.currentTarget.value)}>
              {SORTS.map((value) => (
                <option key={value} value={value}>
                  {textOf('sort', value === '' ? 'best' : value)}
                </option>
              ))}
            </select>
          </label>
          <PerToggle />
        </div>
        <Found />
        <ProductList />
      </section>
      <EventFeed />
    </div>
  );
}

/** How much was found, and for what. */
function Found() {
  const found = page.value;
  return (
    <p class="found" role="status">
      {found && total.value !== null && <span>{t('list.found', { n: number(total.value) })}</span>}
      {found?.interpretation && <Loosened {...found.interpretation} />}
      {problem.value !== null && status.value !== 'live' && <span class="bad">{problem.value}</span>}
      {isFiltered.value && (
        <button type="button" class="link" onClick={clearFilters}>
          {t('filters.clear')}
        </button>
      )}
    </p>
  );
}

function Loosened({ kind, q, dropped, corrected, place }: Interpretation) {
  const named = place && [place.market, place.district, place.state].filter(Boolean).join(', ');
  if (kind === 'exact' && !named) return null;
  return (
    <span class="loosened">
      {q !== '' && <>{t('search.showing')} </>}
      {q !== '' && <b dir="auto">{q}</b>}
      {named && (
        <>
          {' '}
          {t('search.in')} <b dir="auto">{named}</b>
        </>
      )}
      {corrected.map(({ from, to }) => (
        <span key={from} class="quiet">
          {' '}
          · {from} → {to}
        </span>
      ))}
      {dropped.length > 0 && <span class="quiet"> · {t('search.without', { words: dropped.join(', ') })}</span>}
    </span>
  );
}
