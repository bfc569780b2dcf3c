import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { InventoryEvent, Product, Vendor } from '../../../client/index.js';
import type { AuditedEvent } from '../../../contracts/index.js';
import { Chart, type ChartData } from '../charts/chart.js';
import { dateTime, money, nameOf, number } from '../lib/format.js';
import { linkTo, route } from '../lib/router.js';
import { NAME_LANGUAGES, t, textOf } from '../lib/texts.js';
import { Freshness, Stock } from '../market/product-list.js';
import { Diff } from './diff.js';
import { ProductLife } from './product-state.js';

/** A product's life: what it is called, what it has cost, and what it was at any moment. */
export function ProductPage() {
  const { id = '' } = route.value;
  const life = useMemo(() => new ProductLife(id), [id]);
  useEffect(() => () => life.close(), [life]);
  const product = life.product.value;
  if (life.problem.value !== null && !product) return <p class="empty bad">{life.problem.value}</p>;
  if (!product) return <p class="empty">{t('loading')}</p>;
  return (
    <article class="product">
      <Heading life={life} />
      <div class="columns">
        <div>
          <Timeline life={life} />
          <Names product={product} />
        </div>
        <div>
          <PriceCharts life={life} />
        </div>
      </div>
    </article>
  );
}

function Heading({ life }: { life: ProductLife }) {
  const product = life.product.value!;
  const name = nameOf(product);
  const vendor = life.vendor.value;
  return (
    <header class="card heading">
      <div>
        <p class="crumbs">
          <a href={linkTo('market')}>{t('nav.market')}</a> / {textOf('category', product.category)}
        </p>
        <h1 lang={name.lang} dir="auto">
          {name.text}
        </h1>
        <p class="quiet">
          {[product.name === name.text ? null : product.name, product.variety, product.grade]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {vendor && (
          <p>
            <a href={linkTo('vendor', vendor.id)} lang={nameOf(vendor).lang} dir="auto">
              {nameOf(vendor).text}
            </a>{' '}
            <span class="quiet">{placeOf(vendor)}</span>
          </p>
        )}
      </div>
      <dl class="figures">
        <div>
          <dt>{t('list.price')}</dt>
          <dd class="big">{money(product.basePrice, product.currency)}</dd>
          <dd class="quiet">{t('price.per', { unit: textOf('unit', product.unit) })}</dd>
        </div>
        {product.comparablePrice && product.comparablePrice.per !== product.unit && (
          <div>
            <dt>{t('price.per', { unit: textOf('unit', product.comparablePrice.per) })}</dt>
            <dd class="big">{money(round(product.comparablePrice.amount), product.currency)}</dd>
          </div>
        )}
        {product.minPrice !== null && product.maxPrice !== null && (
          <div>
            <dt>{t('price.range')}</dt>
            <dd>
              {money(product.minPrice, product.currency)} – {money(product.maxPrice, product.currency)}
            </dd>
          </div>
        )}
        <div>
          <dt>{t('list.availability')}</dt>
          <dd>
            <Stock value={product.availability} />
          </dd>
          <dd>
            <Freshness at={product.updatedAt} />
          </dd>
        </div>
      </dl>
    </header>
  );
}

const placeOf = ({ name, market, district, state }: Vendor): string =>
  [market, district, state].filter((one) => one && one !== name).join(', ');

const round = (amount: number): number => Math.round(amount * 100) / 100;

/** The product as it was after any of its events; at the right end as it is now. */
function Timeline({ life }: { life: ProductLife }) {
  const events = life.events.value;
  const last = events.length - 1;
  /** Null: the newest, also when another one comes. */
  const chosen = useSignal<number | null>(null);
  const at = Math.min(chosen.value ?? last, last);
  const event = events[at];
  if (!event) return null;
  const state = stateAfter(events, at);
  const move = (to: number): void => void (chosen.value = to >= last ? null : Math.max(0, to));
  return (
    <section class="card timeline" aria-label={t('timeline.label')}>
      <h2>
        {t('timeline.label')} <span class="quiet">{t('timeline.events', { n: number(events.length) })}</span>
      </h2>
      <div class="slider">
        <button type="button" aria-label={t('timeline.earlier')} disabled={at === 0} onClick={() => move(at - 1)}>
          ‹
        </button>
        <input
          type="range"
          min={0}
          max={Math.max(last, 0)}
          step={1}
          value={at}
          disabled={last < 1}
          aria-label={t('timeline.label')}
          aria-valuetext={`${dateTime(event.occurredAt)}: ${textOf('event', event.eventType)}`}
          onInput={(input) => move(Number(input.currentTarget.value))}
        />
        <button type="button" aria-label={t('timeline.later')} disabled={at === last} onClick={() => move(at + 1)}>
          ›
        </button>
      </div>
      <p class="moment">
        <b>{chosen.value === null ? t('timeline.now') : dateTime(event.occurredAt)}</b>
        <span class={`tag ${event.eventType}`}>{textOf('event', event.eventType)}</span>
        <span class="quiet">#{event.position}</span>
        <Origin event={life.actors.value.get(event.eventId)} />
      </p>
      {state && <StateThen product={state} />}
      <Diff event={event} />
      <History events={events} at={at} choose={move} />
    </section>
  );
}

/** Whose change it was and what it came with, if one may know. */
function Origin({ event }: { event: AuditedEvent | undefined }) {
  if (!event?.actor) return null;
  const { actor, cause } = event;
  return (
    <span class="tag" dir="auto">
      {[textOf('actor', actor.kind), actor.id, cause.importId].filter((one) => one !== undefined).join(' · ')}
    </span>
  );
}

/** Reports that changed nothing carry no state: it is the one before. */
function stateAfter(events: readonly InventoryEvent[], at: number): Product | null {
  for (let index = at; index >= 0; index -= 1) {
    const { product } = events[index]!;
    if (product) return product;
  }
  return null;
}

const StateThen = ({ product }: { product: Product }) => (
  <p class="state-then">
    <span class="big">{money(product.basePrice, product.currency)}</span>
    <span class="quiet">{t('price.per', { unit: textOf('unit', product.unit) })}</span>
    <Stock value={product.availability} />
    <span class="quiet">{t('version', { n: product.version })}</span>
  </p>
);

/** Rows of the history around the chosen one: all of them would be thousands. */
const AROUND = 8;

function History(props: { events: readonly InventoryEvent[]; at: number; choose: (index: number) => void }) {
  const { events, at, choose } = props;
  const first = Math.max(0, Math.min(at - AROUND / 2, events.length - AROUND));
  const shown = events.slice(first, first + AROUND).map((event, index) => ({ event, index: first + index }));
  return (
    <ol class="history">
      {shown.reverse().map(({ event, index }) => (
        <li key={event.eventId} aria-current={index === at ? 'true' : undefined}>
          <button type="button" onClick={() => choose(index)}>
            <time dateTime={event.occurredAt}>{dateTime(event.occurredAt)}</time>
            <span>{textOf('event', event.eventType)}</span>
            <span class="amount">{event.product ? money(event.product.basePrice, event.product.currency) : ''}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function Names({ product }: { product: Product }) {
  const names = Object.entries(product.names);
  return (
    <section class="card">
      <h2>{t('product.names')}</h2>
      <dl class="names">
        <div>
          <dt>{t('product.name')}</dt>
          <dd dir="auto">{product.name}</dd>
        </div>
        {names.map(([tag, name]) => (
          <div key={tag}>
            <dt>{NAME_LANGUAGES[tag] ?? tag}</dt>
            <dd lang={tag} dir="auto">
              {name}
            </dd>
          </div>
        ))}
      </dl>
      {product.description !== null && <p dir="auto">{product.description}</p>}
      <p class="quiet ids">
        <code>{product.id}</code> <code dir="auto">{product.sku}</code>
      </p>
    </section>
  );
}

function PriceCharts({ life }: { life: ProductLife }) {
  const changes = useComputed((): ChartData => {
    const points = life.events.value.flatMap(({ occurredAt, product }) =>
      product ? [[Date.parse(occurredAt) / 1_000, product.basePrice] as const] : [],
    );
    const last = points.at(-1);
    // The last price holds until now.
    if (last) points.push([Math.max(Date.now() / 1_000, last[0] + 60), last[1]]);
    return { times: points.map(([time]) => time), line: points.map(([, price]) => price), stepped: true };
  });
  const days = useComputed((): ChartData => {
    const items = life.prices.value.toReversed();
    return {
      times: items.map(({ day }) => Date.parse(day) / 1_000),
      line: items.map(({ modal }) => modal),
      low: items.map(({ min }) => min),
      high: items.map(({ max }) => max),
      ...(items.some(({ arrivals }) => arrivals) && { bars: items.map(({ arrivals }) => arrivals?.quantity ?? null) }),
      days: true,
    };
  });
  const { currency } = life.product.value!;
  return (
    <>
      <section class="card">
        <h2>{t('product.changes')}</h2>
        <Chart data={changes.value} currency={currency} label={t('product.changes')} />
      </section>
      {days.value.times.length > 0 && (
        <section class="card">
          <h2>{t('product.days')}</h2>
          <Chart data={days.value} currency={currency} label={t('product.days')} />
        </section>
      )}
    </>
  );
}
