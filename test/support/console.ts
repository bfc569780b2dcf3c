import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startApp, type TestApp } from './app.js';
import { type ConsolePage, launchBrowser, openConsole, type Visit } from './browser.js';
import { ensureBuilt } from './product-process.js';

/** What the tests of a file share. */
export interface ConsoleTests {
  readonly app: TestApp;
  /** A page that is closed after the test, and must have been without faults. */
  open: (visit?: Visit, url?: string) => Promise<ConsolePage>;
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
