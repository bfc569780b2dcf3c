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

  it('loads nothing unless it is configured', async () => {
    const { tracing, warnings, loads } = await open(null, missing);
    expect([tracing.on, warnings, loads]).toEqual([false, [], []]);
  });

  it('costs some nanoseconds a look when it is off: it loads, makes and measures nothing', async () => {
    const { tracing } = await open(null, missing);
    const LOOKS = 3_000_000;
    let spans = 0;
    const took = (look: () => void): number => {
      const before = process.cpuUsage();
      for (let at = 0; at < LOOKS; at += 1) look();
      const { user, system } = process.cpuUsage(before);
      return ((user + system) * 1_000) / LOOKS;
    };
    const look = (): void => {
      if (tracing.on) spans += 1;
    };
    const least = (what: () => void): number => Math.min(...Array.from({ length: 5 }, () => took(what)));
    // Of processor time, the least of five: 1 ns on a quiet machine, which may be shared.
    expect(least(look) - least(() => undefined)).toBeLessThan(20);
    expect(spans).toBe(0);
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
