export interface LoadFigures {
  /** Calls that were answered. */
  done: number;
  /** Answers that weren't what they should be. */
  unexpected: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** How many answers may be unexpected: a cache may be out of reach for a moment on a busy machine. */
const UNEXPECTED_AT_MOST = 0.01;

/**
 * Loops that call as soon as the answer before has come; those under way at the end are waited for and counted. `call`
 * tells whether its answer was as expected.
 */
export async function runLoops(
  loops: number,
  milliseconds: number,
  call: (loop: number) => Promise<boolean>,
): Promise<LoadFigures> {
  const latencies: number[] = [];
  let unexpected = 0;
  const began = performance.now();
  const end = began + milliseconds;
  const loop = async (index: number): Promise<void> => {
    for (let from = performance.now(); from < end;) {
      if (!(await call(index))) unexpected += 1;
      const now = performance.now();
      latencies.push(now - from);
      from = now;
    }
  };
  await Promise.all(Array.from({ length: loops }, (_, index) => loop(index)));
  if (unexpected > latencies.length * UNEXPECTED_AT_MOST) {
    throw new Error(`${unexpected} of ${latencies.length} answers were unexpected`);
  }
  const seconds = (performance.now() - began) / 1_000;
  const sorted = Float64Array.from(latencies).sort();
  const quantile = (part: number): number => sorted[Math.floor(sorted.length * part)]!;
  return {
    done: sorted.length,
    unexpected,
    perSecond: sorted.length / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}
