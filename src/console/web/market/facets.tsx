import type { Signal } from '@preact/signals';
import { number } from '../lib/format.js';
import { t, textOf } from '../lib/texts.js';
import { availability, category, counts, type FacetName, state } from './board-state.js';

interface FacetProps {
  name: FacetName;
  chosen: Signal<string>;
}

const FACETS: readonly FacetProps[] = [
  { name: 'category', chosen: category },
  { name: 'availability', chosen: availability },
  { name: 'state', chosen: state },
];

/** Categories, availability and states, each with how many products there are. */
export function Facets() {
  return (
    <aside class="facets" aria-label={t('facets.label')}>
      {FACETS.map((facet) => (
        <Facet key={facet.name} {...facet} />
      ))}
    </aside>
  );
}

function Facet({ name, chosen }: FacetProps) {
  const values = counts.value[name] ?? [];
  const most = Math.max(1, ...values.map(({ count }) => count));
  const isMissing = chosen.value !== '' && !values.some(({ value }) => value === chosen.value);
  const shown = isMissing ? [{ value: chosen.value, count: 0 }, ...values] : values;
  return (
    <section>
      <h2>{textOf('facet', name)}</h2>
      <ul>
        {shown.map(({ value, count }) => (
          <li key={value}>
            <button
              type="button"
              aria-pressed={chosen.value === value}
              onClick={() => (chosen.value = chosen.value === value ? '' : value)}
            >
              <span class={`facet-name ${name === 'availability' ? `stock-${value}` : ''}`}>
                {name === 'state' ? value : textOf(name, value)}
              </span>
              <span class="count">{number(count)}</span>
              <progress class="bar" max={most} value={count} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
