import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Mover, PriceSeries, SeriesPoint } from '../../../contracts/index.js';
import { Chart, type ChartData } from '../charts/chart.js';
import { money, number } from '../lib/format.js';
import { t, textOf } from '../lib/texts.js';
import { PerToggle } from '../market/per-toggle.js';
import {
  bucket,
  BUCKETS,
  commodities,
  commodity,
  csvOf,
  latest,
  movers,
  openPrices,
  other,
  otherSeries,
  place,
  problem,
  range,
  RANGES,
  series,
  span,
  states,
  typical,
  WINDOWS,
} from './series-state.js';

const nameOfCommodity = (slug: string): string => {
  const words = slug.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** What a commodity has cost over time, as markets reported it. */
export function Prices() {
  useEffect(openPrices, []);
  if (commodities.value?.length === 0) return <p class="empty">{t('prices.none')}</p>;
  return (
    <div class="prices">
      <section class="card stack">
        <Choices />
        {problem.value !== null && <p class="bad">{problem.value}</p>}
        {series.value && <Figures />}
        {series.value && <PriceChart />}
      </section>
      <MoversCard />
    </div>
  );
}

function Choices() {
  return (
    <div class="tools-row">
      <label>
        <span>{t('prices.commodity')}</span>
        <select value={commodity.value} onChange={(event) => (commodity.value = event.currentTarget.value)}>
          {commodities.value?.map((one) => (
            <option key={one.commodity} value={one.commodity}>
              {nameOfCommodity(one.commodity)} ({number(one.markets)})
            </option>
          ))}
        </select>
      </label>
      <PlaceChoice label={t('facet.state')} none={t('prices.everywhere')} chosen={place} />
      <PlaceChoice label={t('prices.compare')} none="–" chosen={other} />
      <label>
        <span>{t('prices.bucket')}</span>
        <select value={bucket.value} onChange={(event) => (bucket.value = event.currentTarget.value)}>
          {BUCKETS.map((one) => (
            <option key={one} value={one}>
              {textOf('bucket', one)}
            </option>
          ))}
        </select>
      </label>
      <div class="toggle" role="group" aria-label={t('prices.range')}>
        {(Object.keys(RANGES) as (keyof typeof RANGES)[]).map((one) => (
          <button key={one} type="button" aria-pressed={range.value === one} onClick={() => (range.value = one)}>
            {textOf('range', one)}
          </button>
        ))}
      </div>
      <PerToggle />
    </div>
  );
}

function PlaceChoice(props: { label: string; none: string; chosen: { value: string } }) {
  const { label, none, chosen } = props;
  return (
    <label>
      <span>{label}</span>
      <select value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
        <option value="">{none}</option>
        {states.value.map((state) => (
          <option key={state} value={state}>
            {state}
          </option>
        ))}
      </select>
    </label>
  );
}

function Figures() {
  const { currency } = series.value!;
  const point = latest.value;
  if (!point) return <p class="empty">{t('chart.empty')}</p>;
  const price = typical(point);
  const share = point.reportingShare;
  return (
    <dl class="figures">
      <div>
        <dt>
          {point.from === point.to ? point.from : `${point.from} – ${point.to}`}, {t('prices.mean')}
        </dt>
        <dd class="big">{price === null ? '–' : money(price, currency)}</dd>
      </div>
      <div>
        <dt>{t('price.range')}</dt>
        <dd class="big">
          {point.min === null ? '–' : money(point.min, currency)} –{' '}
          {point.max === null ? '–' : money(point.max, currency)}
        </dd>
      </div>
      <div>
        <dt>{t('prices.arrivals')}</dt>
        <dd class="big">
          {point.arrivalsKg === null ? '–' : t('prices.tonnes', { n: number(point.arrivalsKg / 1e3, 1) })}
        </dd>
      </div>
      <div>
        <dt>{t('prices.markets')}</dt>
        <dd class="big">{number(point.markets)}</dd>
      </div>
      <div>
        <dt>{t('prices.share')}</dt>
        <dd class="big">{share === null ? '–' : `${number(share * 100)} %`}</dd>
        {share !== null && <progress class="share" max={1} value={share} aria-label={t('prices.share')} />}
      </div>
    </dl>
  );
}

const hasArrivals = ({ arrivalsKg }: SeriesPoint): boolean => arrivalsKg !== null;

function PriceChart() {
  const data = useComputed((): ChartData => {
    const points = series.value!.points;
    const compared = new Map(otherSeries.value?.points.map((point) => [point.from, typical(point)]));
    return {
      times: points.map(({ from }) => Date.parse(from) / 1e3),
      line: points.map(typical),
      low: points.map(({ min }) => min),
      high: points.map(({ max }) => max),
      ...(points.some(hasArrivals) && { bars: points.map(({ arrivalsKg: kg }) => (kg === null ? null : kg / 1e3)) }),
      days: true,
      ...(otherSeries.value && { other: points.map(({ from }) => compared.get(from) ?? null) }),
    };
  });
  const shown = series.value!;
  return (
    <>
      <Chart data={data.value} currency={shown.currency} label={nameOfCommodity(commodity.value)} height={340} />
      <p class="legend quiet">
        <i class="key-line" /> {t('prices.mean')} <i class="key-band" /> {t('prices.band')}
        {shown.points.some(hasArrivals) && (
          <>
            <i class="key-bar" /> {t('prices.arrivals-tonnes')}
          </>
        )}
        {other.value !== '' && (
          <>
            {' '}
            <i class="key-other" /> {other.value}
          </>
        )}
        <button type="button" class="link" onClick={() => download(shown)}>
          {t('prices.csv')}
        </button>
      </p>
    </>
  );
}

function download(shown: PriceSeries): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([csvOf(shown)], { type: 'text/csv' }));
  link.download = `${commodity.value}-${bucket.value}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function MoversCard() {
  return (
    <section class="card movers">
      <div class="bar-of-tools">
        <h2>{t('movers.title')}</h2>
        <div class="toggle" role="group" aria-label={t('movers.title')}>
          {WINDOWS.map((one) => (
            <button key={one} type="button" aria-pressed={span.value === one} onClick={() => (span.value = one)}>
              {textOf('range', one)}
            </button>
          ))}
        </div>
      </div>
      {movers.value.length === 0 && <p class="empty">{t('movers.none')}</p>}
      <table class="products">
        <caption class="unseen">{t('movers.title')}</caption>
        <tbody>
          {movers.value.map((mover) => (
            <MoverRow key={mover.commodity} mover={mover} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function MoverRow({ mover }: { mover: Mover }) {
  const isUp = mover.change > 0;
  return (
    <tr>
      <th scope="row">
        <button type="button" class="link" onClick={() => (commodity.value = mover.commodity)}>
          {nameOfCommodity(mover.commodity)}
        </button>
        <span class="quiet line">{t('movers.markets', { n: number(mover.markets) })}</span>
      </th>
      <td class="amount">
        <b>{money(mover.price)}</b>
        <span class="quiet line">{money(mover.priceBefore)}</span>
      </td>
      <td class={`amount ${isUp ? 'up' : 'down'}`}>
        {isUp ? '▲' : '▼'} {number(Math.abs(mover.changePercent), 1)} %
      </td>
    </tr>
  );
}
