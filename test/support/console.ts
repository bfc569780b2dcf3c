import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { barriersOf } from './accessibility.js';
import { startApp, type TestApp } from './app.js';
import { type ConsolePage, launchBrowser, openConsole, type Visit } from './browser.js';
import { ensureBuilt } from './product-process.js';

/** What the tests of a file share. */
export interface ConsoleTests {
  readonly app: TestApp;
  /** A page that is closed after the test, and must have been without faults and barriers. */
  open: (visit?: Visit, url?: string) => Promise<ConsolePage>;
}

/** Ignored by git; CI keeps it with what it says of the run. */
const PICTURES = 'coverage/console';

/** What was to be seen when the test ended. */
async function keepPicture(page: Page, index: number): Promise<void> {
  const test = expect.getState().currentTestName ?? 'console';
  const name = `${test.replaceAll(/[^\w]+/g, '-').slice(0, 100)}${index === 0 ? '' : `-${index}`}.png`;
  await page.screenshot({ path: join(PICTURES, name), animations: 'disabled' });
}

/** A server and a browser for the tests of a `describe`, in which it is to be called. */
export function consoleTests(): ConsoleTests {
  let app: TestApp;
  let browser: Browser;
  const opened: ConsolePage[] = [];
  beforeAll(async () => {
    await ensureBuilt();
    [app, browser] = await Promise.all([startApp(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });
  afterEach(async () => {
    const pages = opened.splice(0);
    for (const [index, { page, faults }] of pages.entries()) {
      await keepPicture(page, index);
      faults.push(...(await barriersOf(page)));
    }
    await Promise.all(pages.map((one) => one.close()));
    expect(pages.flatMap(({ faults }) => faults)).toEqual([]);
  });
  return {
    get app() {
      return app;
    },
    async open(visit, url = app.url) {
      const page = await openConsole(browser, url, visit);
      opened.push(page);
      return page;
    },
  };
}
