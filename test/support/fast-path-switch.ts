declare global {
  // Set by jest.config.js for those test files that run once more without the fast path.
  var withoutFastPath: boolean | undefined;
}

/** What `FAST_PATH` is to tests that don't set it themselves. */
export const FAST_PATH = globalThis.withoutFastPath === true ? 'off' : 'on';
