/**
 * Longest time for which the event loop of this process was kept busy without a break while `work` went on, in
 * milliseconds of processor time: on a machine that others use as well, the time on the clock would be mostly theirs.
 */
export async function longestBusy(work: () => Promise<unknown>): Promise<number> {
  let over = false;
  let longest = 0;
  let before = process.cpuUsage();
  const look = (): void => {
    const { user, system } = process.cpuUsage(before);
    longest = Math.max(longest, (user + system) / 1_000);
    before = process.cpuUsage();
    if (!over) setImmediate(look);
  };
  setImmediate(look);
  try {
    await work();
  } finally {
    over = true;
  }
  await new Promise(setImmediate);
  return longest;
}

/**
 * Milliseconds of processor time that this machine, as it is now, takes for what takes 50 ms on a quiet one of 2024.
 */
export function fiftyMilliseconds(): number {
  const text = JSON.stringify(Array.from({ length: 20_000 }, (_none, index) => ({ [`k${index % 50}`]: `${index} x` })));
  const before = process.cpuUsage();
  for (let round = 0; round < 8; round += 1) JSON.parse(text);
  const { user, system } = process.cpuUsage(before);
  return Math.max(50, (user + system) / 1_000);
}
