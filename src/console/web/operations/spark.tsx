import { number } from '../lib/format.js';
import { t } from '../lib/texts.js';
import type { SparkName } from './sparks.js';

const [WIDTH, HEIGHT] = [180, 36];

/** A small line of the last 15 minutes with its last value. */
export function Spark({ name, values }: { name: SparkName; values: readonly (number | null)[] }) {
  const known = values.filter((value): value is number => value !== null);
  const most = Math.max(1e-9, ...known);
  const last = known.at(-1);
  const label = t(`spark.${name}`);
  return (
    <div class="spark">
      <span class="quiet">{label}</span>
      <b class="big">{last === undefined ? '–' : number(last, last < 10 ? 2 : 0)}</b>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {pathsOf(values, most).map((points) => (
          <polyline key={points} points={points} />
        ))}
      </svg>
    </div>
  );
}

/** Lines between gaps; the newest value is at the right edge. */
function pathsOf(values: readonly (number | null)[], most: number): string[] {
  const lines: string[][] = [[]];
  values.forEach((value, index) => {
    if (value === null) {
      lines.push([]);
      return;
    }
    const x = WIDTH - (values.length - 1 - index);
    lines.at(-1)!.push(`${x},${(HEIGHT - 2 - (value / most) * (HEIGHT - 4)).toFixed(1)}`);
  });
  return lines.filter((line) => line.length > 0).map((line) => line.join(' '));
}
