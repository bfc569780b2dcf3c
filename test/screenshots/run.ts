/**
 * Takes the pictures of README.md and docs/console.md into docs/images: a fresh server with the demo catalogue, prices
 * of ten weeks that are made up, and a market day that is played meanwhile.
 *
 *   npm run screenshots            all of them
 *   npm run screenshots -- board   one of them
 */
import 'reflect-metadata';
import { mkdir, stat } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { launchBrowser, openConsole, type Visit } from '../support/browser.js';
import { embeddedFixture } from '../support/postgres-server.js';
import { startChild } from '../support/processes.js';
import { ensureBuilt, startProduct, urlOf } from '../support/product-process.js';
import { arrivalReport } from './arrival-report.js';

const FOLDER = 'docs/images';
/** Bytes: people look at them over a telephone, too. */
const LARGEST = 150_000;

/** Milliseconds in which the small lines of the metrics become lines. */
const SPARKS_FOR = 45_000;

interface Picture extends Visit {
  name: string;
  /** Until there is something to see. */
  ready: (page: Page) => Promise<unknown>;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

// The children of startChild don't keep this process from ending.
const alive = setInterval(() => undefined, 60_000);
await ensureBuilt();
await mkdir(FOLDER, { recursive: true });
const fixture = await embeddedFixture();
const product = await startProduct({ DATA_DIR: fixture.dataDir, RATE_LIMIT: '0' });
try {
  const url = await urlOf(product);
  const token = /^ {2}Admin {2}(\S+)$/m.exec(product.output())![1]!;
  const authorization = `Bearer ${token}`;
  const headers = { authorization, 'content-type': 'text/csv' };
  await fetch(`${url}/api/imports/agmarknet`, { method: 'POST', headers, body: arrivalReport() });
  const { HOME = '', PATH = '' } = process.env;
  const env = { HOME, PATH, DATA_DIR: fixture.dataDir, PORT: new URL(url).port };
  const demo = await startChild(process.execPath, ['dist/commands/demo.js'], { env });
  const browser = await launchBrowser();
  try {
    const wanted = process.argv.slice(2);
    const isWanted = ({ name }: Picture): boolean => wanted.length === 0 || wanted.includes(name);
    for (const picture of (await pictures(url, token)).filter(isWanted)) {
      const { page, close } = await openConsole(browser, url, picture);
      await picture.ready(page);
      const path = `${FOLDER}/${picture.name}.png`;
      await page.screenshot({ path });
      await close();
      const { size } = await stat(path);
      say(`${path} ${Math.round(size / 1e3)} kB`);
      if (size > LARGEST) process.exitCode = 1;
    }
  } finally {
    await browser.close();
    await demo.stop();
  }
} finally {
  await product.stop();
  await fixture.dispose();
  clearInterval(alive);
}

async function pictures(url: string, token: string): Promise<Picture[]> {
  const viewport = { width: 1280, height: 760 };
  const found = await fetch(`${url}/api/products/search?q=tomato&market=Azadpur&limit=1`);
  const { items } = (await found.json()) as { items: { id: string }[] };
  await changePrices(url, token, items[0]!.id, [2_590, 2_640, 2_610, 2_700, 2_655.5, 2_720]);
  return [
    {
      name: 'board',
      viewport: { width: 1200, height: 520 },
      at: '#/market?category=fruits',
      ready: async (page) => {
        await page.locator('.feed li').nth(17).waitFor({ timeout: 60_000 });
        // As it happens, where one looks.
        const links = await page.locator('tbody th a').evaluateAll((all) => all.slice(1, 6).map(String));
        const ids = links.map((link) => decodeURIComponent(link.split('/').at(-1)!));
        await changePrices(url, token, ids[0]!, [96.5]);
        await changePrices(url, token, ids[2]!, [88]);
        await changePrices(url, token, ids[4]!, [41]);
        await page.locator('tbody tr:nth-child(6) [class*=flash-]').first().waitFor();
      },
    },
    {
      name: 'prices',
      viewport,
      at: '#/prices?commodity=onion&with=Karnataka',
      ready: (page) =>
        page
          .locator('.chart canvas')
          .waitFor()
          .then(() => page.waitForLoadState('networkidle')),
    },
    {
      name: 'product',
      viewport,
      at: `#/product/${items[0]!.id}`,
      language: 'hi',
      ready: async (page) => {
        await page.getByRole('slider').press('ArrowLeft');
        await page.locator('.diff').waitFor();
      },
    },
    {
      name: 'operations',
      viewport,
      colorScheme: 'dark',
      token,
      at: '#/operations',
      ready: async (page) => {
        await page.getByLabel('Search products').fill('haldi ka bhav');
        await page.getByRole('button', { name: 'Ask' }).click();
        await page.locator('.explanation', { hasText: 'second' }).waitFor();
        await page.waitForTimeout(SPARKS_FOR);
      },
    },
  ];
}

async function changePrices(url: string, token: string, id: string, prices: readonly number[]): Promise<void> {
  for (const basePrice of prices) {
    await fetch(`${url}/api/products/${id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ basePrice }),
    });
  }
}
