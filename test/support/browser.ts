import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome'];
/** Milliseconds for anything on a page: for a busy machine. */
const ACTION_TIMEOUT = 30_000;

/** Debian's Chromium, which the set-up of the tests installs where it may. */
export function launchBrowser(): Promise<Browser> {
  const directories = (process.env.PATH ?? '').split(delimiter);
  const found = COMMANDS.flatMap((command) => directories.map((directory) => join(directory, command)));
  const executablePath = found.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('The tests of the console need Chromium: install chromium');
  // Root may use no sandbox, as in containers; the pages are our own.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}

export interface Visit extends BrowserContextOptions {
  /** Behind `/console`, such as `#/product/prd_1`. */
  at?: string;
  token?: string;
  /** Of the interface and of names; `en` unless given. */
  language?: string;
}

/** A page of the console, and all that must not happen on it. */
export interface ConsolePage {
  page: Page;
  /** Errors of scripts, violations of the policy, requests to other hosts; of requests that fail if they should not. */
  faults: string[];
  close: () => Promise<void>;
}

/** Takes off faults that are meant to be: the browser reports each answer that is no success. */
export function forgive({ faults }: ConsolePage, expected: RegExp): void {
  faults.splice(0, Infinity, ...faults.filter((fault) => !expected.test(fault)));
}

/** Opens the console in a browser profile of its own. */
export async function openConsole(browser: Browser, url: string, visit: Visit = {}): Promise<ConsolePage> {
  const { at = '', token, language = 'en', ...options } = visit;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-IN', ...options });
  context.setDefaultTimeout(ACTION_TIMEOUT);
  const faults: string[] = [];
  await context.addInitScript({ content: preparation(token, language) });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (/^(?:http|ws)s?:$/.test(protocol) && host !== new URL(url).host) faults.push(`asks ${request.url()}`);
  });
  await page.goto(`${url}/console${at}`);
  return { page, faults, close: () => context.close() };
}

/** What runs before the page's own scripts; as a text, since the tests have no types of browsers. */
function preparation(token: string | undefined, language: string): string {
  return [
    token === undefined ? '' : `sessionStorage.setItem('mandi.token', ${JSON.stringify(token)});`,
    `for (const name of ['language', 'names']) localStorage.setItem('mandi.' + name, '${language}');`,
    "addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective));",
  ].join('\n');
}
