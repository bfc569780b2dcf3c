export interface LoadSize {
  seconds: number;
  writers: number;
  searchers: number;
}

/**
 * How long a load lasts and how many clients it has: short, as the suite has it, or as `TEST_LOAD_SECONDS`,
 * `TEST_LOAD_WRITERS` and `TEST_LOAD_READERS` say.
 */
export function loadSize(short: LoadSize): LoadSize {
  const { TEST_LOAD_SECONDS, TEST_LOAD_WRITERS, TEST_LOAD_READERS } = process.env;
  return {
    seconds: Number(TEST_LOAD_SECONDS ?? short.seconds),
    writers: Number(TEST_LOAD_WRITERS ?? short.writers),
    searchers: Number(TEST_LOAD_READERS ?? short.searchers),
  };
}
