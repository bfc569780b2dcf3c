import { describe, expect, it } from '@jest/globals';
import { Tracing } from './tracing.js';

const ABSENT = '@opentelemetry/there-is-no-such-package';
const telemetry = { url: 'http://127.0.0.1:9/v1/traces', headers: {}, serviceName: 'shop', resource: {}, ratio: 1 };

describe('tracing', () => {
  const open = async (wanted: typeof telemetry | null, fails: (name: string) => Promise<never>) => {
    const [warnings, loads]: [string[], string[]] = [[], []];
    const load = (): Promise<never> => {
      loads.push(ABSENT);
      return fails(ABSENT);
    };
    const logger = { warn: (text: string) => void warnings.push(text) };
    const tracing = await Tracing.open({ telemetry: wanted, region: 'local' }, load, logger);
    return { tracing, warnings, loads };
  };
  const missing = (name: string): Promise<never> => import(name) as Promise<never>;

  it('loads nothing and makes nothing unless it is configured, whatever is called', async () => {
    const { tracing, warnings, loads } = await open(null, missing);
    const id = '4bf92f35-77b3-4da6-a3ce-929d0e0e4736';
    tracing.step('commit', id, Date.now(), { position: 1 });
    tracing.request('GET /', id, 3, {}, true);
    await tracing.onApplicationShutdown();
    expect([tracing.on, warnings, loads]).toEqual([false, [], []]);
  });

  it('is off when its packages are missing, and says so in one line', async () => {
    const { tracing, warnings } = await open(telemetry, missing);
    tracing.step('commit', 'order-1', Date.now());
    await tracing.onApplicationShutdown();
    expect(tracing.on).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(/^No spans are made.*--omit=optional.*there-is-no-such-package/)]);
  });

  it('hides no other failure', async () => {
    await expect(open(telemetry, () => Promise.reject(new TypeError('broken')))).rejects.toThrow('broken');
  });
});
