/**
 * Waits for `work`, but not longer than `milliseconds`; the work itself goes on.
 * @returns whether it has come to its end
 * @throws what `work` rejects with within the time; a later rejection is dropped
 */
export async function endsWithin(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, milliseconds, false)));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
