import { spawn } from 'node:child_process';
import { signAccessToken } from '../../src/auth/index.js';
import type { InventoryEvent } from '../../src/contracts/index.js';
import { endOf, nowMs } from './children.js';
import { BURST, type Subject } from './subject.js';

const JWT_SECRET = 'a secret for this bench and no other use';
const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;

export interface Product extends Subject {
  /** The events of one burst as they are sent. */
  sample: readonly InventoryEvent[];
}

/** Starts `dist/main.js` on a database, with one vendor and the products of a burst. */
export async function startProduct(databaseUrl: string): Promise<Product> {
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    JWT_SECRET,
    DEMO: 'false',
    PORT: '0',
    RATE_LIMIT: '0',
    LOG_LEVEL: 'error',
  };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await bannerUrl(child.stdout);
  const authorization = `Bearer ${await signAccessToken({ role: 'admin' }, JWT_SECRET, '1h')}`;
  const send = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(`${url}/api${path}`, { method, headers, body: JSON.stringify(body) ?? null });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Body;
  };

  const { id: vendorId } = await send<{ id: string }>('POST', '/vendors', { name: 'Azadpur', state: 'Delhi' });
  const put = (basePrice: number) =>
    send<{ results: { productId: string }[] }>('PUT', `/vendors/${vendorId}/inventory`, {
      items: Array.from({ length: BURST }, (_, index) => ({
        sku: `lot-${index}`,
        name: `Onion ${index}`,
        names: { hi: 'प्याज', ta: 'வெங்காயம்' },
        category: 'vegetables',
        basePrice,
      })),
    });
  const { results } = await put(1);
  await put(2);
  const { events } = await send<{ events: InventoryEvent[] }>(
    'GET',
    `/events?limit=1000&vendorId=${vendorId}&eventType=price_changed`,
  );
  return {
    url: url.replace('http', 'ws'),
    pid: child.pid!,
    dialect: 'socket.io',
    sample: events,
    async change(price) {
      const began = nowMs();
      await send('PATCH', `/products/${results[0]!.productId}`, { basePrice: price });
      return began;
    },
    burst: async (price) => void (await put(price)),
    stop: () => endOf(child, 'SIGTERM'),
  };
}

function bannerUrl(stdout: AsyncIterable<Buffer>): Promise<string> {
  return new Promise((resolve, reject) => {
    void (async () => {
      let text = '';
      // Read to the end, or the pipe would fill.
      for await (const chunk of stdout) {
        text += String(chunk);
        const match = /URL\s+(http\S+)/.exec(text);
        if (match) resolve(match[1]!);
      }
      reject(new Error('dist/main.js ended before it was ready'));
    })();
  });
}
