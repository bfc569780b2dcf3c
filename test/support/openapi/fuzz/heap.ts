import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Bytes in use once all garbage is gone. With fewer collections some may be left, and the number be too great: each
 * takes a good part of a second in a worker of jest that has run other files.
 */
export async function heapInUse(collections = 4): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Finalisers and weak references need turns of the event loop between collections.
  for (let turn = 0; turn < collections; turn += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
