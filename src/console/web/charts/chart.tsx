import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { money, number } from '../lib/format.js';
import { uiLanguage, t } from '../lib/texts.js';

type Values = readonly (number | null)[];

export interface ChartData {
  /** Seconds since 1970, ascending. */
  times: readonly number[];
  line: Values;
  /** Both or none: a band between them. */
  low?: Values;
  high?: Values;
  /** Another line, to compare with. */
  other?: Values;
  /** On a scale of their own, at the foot. */
  bars?: Values;
  /** A value holds until the next one. */
  stepped?: boolean;
  /** Of whole days in UTC, as market days are. */
  days?: boolean;
}

interface ChartProps {
  data: ChartData;
  currency: string;
  /** What it shows, for those who can't see it; the figures are in a table beside it or in the tooltip. */
  label: string;
  height?: number;
}

/** The edges of a band. */
const HIDDEN: uPlot.Series = { stroke: 'transparent', points: { show: false } };
/** Of the axis of days; seconds. */
const WHOLE_DAYS = [1, 2, 7, 14, 30, 61, 91, 182, 365].map((count) => count * 86_400);

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A line, with a band around it and bars at its foot if there are any. Follows the width of what it is in. */
export function Chart({ data, currency, label, height = 240 }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const element = box.current!;
    const draw = (): uPlot => {
      const made = new uPlot(
        optionsFor(data, currency, element.clientWidth, height, tip.current!),
        rowsOf(data),
        element,
      );
      made.root.setAttribute('aria-hidden', 'true');
      return made;
    };
    let chart = draw();
    const redraw = (): void => {
      chart.destroy();
      chart = draw();
    };
    const sizes = new ResizeObserver(() => {
      if (element.clientWidth !== chart.width) chart.setSize({ width: element.clientWidth, height });
    });
    sizes.observe(element);
    const themes = new MutationObserver(redraw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
      chart.destroy();
    };
  }, [data, currency, height, uiLanguage.value]);
  return (
    <figure class="chart" role="img" aria-label={`${label}. ${summary(data, currency)}`}>
      <div ref={box} />
      <p class="tip" ref={tip} />
    </figure>
  );
}

function rowsOf({ times, line, low, high, other, bars }: ChartData): uPlot.AlignedData {
  return [
    times,
    ...(low && high ? [high, low] : []),
    line,
    ...(other ? [other] : []),
    ...(bars ? [bars] : []),
  ] as uPlot.AlignedData;
}

function summary({ line }: ChartData, currency: string): string {
  const values = line.filter((value): value is number => value !== null);
  if (values.length === 0) return t('chart.empty');
  const [from, to] = [Math.min(...values), Math.max(...values)];
  return t('chart.summary', {
    from: money(from, currency),
    to: money(to, currency),
    last: money(values.at(-1)!, currency),
  });
}

function optionsFor(data: ChartData, currency: string, width: number, height: number, tip: HTMLElement): uPlot.Options {
  const { low, high, bars, stepped, days, line } = data;
  const [accent, band, bar] = [colour('--accent'), colour('--band'), colour('--bar')];
  const hasBand = Boolean(low && high);
  const axis: uPlot.Axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  };
  const isSparse = line.length < 60;
  return {
    width: Math.max(width, 200),
    height,
    ...(days && { tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), 'UTC') }),
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    scales: {
      x: { time: true },
      y: { range: (_plot, from, to) => padded(from, to, bars !== undefined) },
      ...(bars && { bars: { range: (_plot, _from, to) => [0, Math.max(to, 1) * 4] } }),
    },
    axes: [
      { ...axis, size: 30, values: dayLabels(days === true), ...(days && { incrs: WHOLE_DAYS }) },
      { ...axis, size: 66, values: (_plot, ticks) => ticks.map((tick) => money(tick, currency)) },
    ],
    series: [
      {},
      ...(hasBand ? [HIDDEN, HIDDEN] : []),
      {
        stroke: accent,
        width: 2,
        spanGaps: true,
        points: { show: isSparse, size: 5, fill: accent },
        ...(stepped && { paths: uPlot.paths.stepped!({ align: 1 }) }),
      },
      ...(data.other
        ? [{ stroke: colour('--other'), width: 2, spanGaps: true, points: { show: isSparse, size: 5 } }]
        : []),
      ...(bars
        ? [
            {
              scale: 'bars',
              fill: bar,
              stroke: bar,
              paths: uPlot.paths.bars!({ size: [0.6, 14] }),
              points: { show: false },
            },
          ]
        : []),
    ],
    ...(hasBand && { bands: [{ series: [1, 2], fill: band }] }),
    hooks: {
      setCursor: [
        ({ cursor }) => {
          const at = cursor.idx;
          tip.textContent = at === null || at === undefined ? '' : tipOf(data, at, currency);
        },
      ],
    },
  };
}

/** Room at the foot for bars, and never a scale of no height. */
function padded(from: number, to: number, hasBars: boolean): uPlot.Range.MinMax {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return [0, 1];
  const spread = Math.max(to - from, Math.abs(to) * 0.04, 1);
  return [Math.max(0, from - spread * (hasBars ? 0.5 : 0.12)), to + spread * 0.12];
}

function dayLabels(days: boolean): uPlot.Axis.Values {
  return (_plot, ticks, _axis, _space, step) =>
    ticks.map((tick) => {
      const shown: Intl.DateTimeFormatOptions =
        step >= 86_400 || days
          ? { day: 'numeric', month: 'short' }
          : { hour: '2-digit', minute: '2-digit', hour12: false };
      return new Date(tick * 1e3).toLocaleString(`${uiLanguage.value}-IN`, {
        ...shown,
        ...(days && { timeZone: 'UTC' }),
        numberingSystem: 'latn',
      });
    });
}

function tipOf({ times, line, low, high, bars, days }: ChartData, at: number, currency: string): string {
  const when = new Date(times[at]! * 1e3);
  const day = when.toLocaleString(`${uiLanguage.value}-IN`, {
    day: 'numeric',
    month: 'short',
    ...(days ? { year: 'numeric', timeZone: 'UTC' } : { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    numberingSystem: 'latn',
  });
  const value = line[at];
  const [from, to, amount] = [low?.[at], high?.[at], bars?.[at]];
  return [
    day,
    value === null || value === undefined ? '–' : money(value, currency),
    typeof from === 'number' && typeof to === 'number' ? `${money(from, currency)} – ${money(to, currency)}` : null,
    typeof amount === 'number' ? t('chart.arrivals', { n: number(amount, 1) }) : null,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}
