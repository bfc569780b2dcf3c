import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { Board } from '../market/board.js';
import { linkTo, route, type View, view } from '../lib/router.js';
import { t, textOf, uiLanguage } from '../lib/texts.js';
import { ConnectionBar, ConnectionPill } from './connection.js';
import { lazy } from './lazy.js';
import { LanguageMenu, SignIn, ThemeButton } from './settings.js';

const NAVIGATION: readonly View[] = ['market', 'prices', 'desk', 'imports', 'operations', 'playground'];

/** Views without a heading that one sees. */
const HEADLESS: ReadonlySet<View> = new Set(NAVIGATION);

const PAGES: Readonly<Record<View, ComponentType>> = {
  market: Board,
  product: lazy(async () => (await import('../product/product.js')).ProductPage),
  vendor: lazy(async () => (await import('../product/vendor.js')).VendorPage),
  prices: lazy(async () => (await import('../prices/prices.js')).Prices),
  imports: lazy(async () => (await import('../imports/imports.js')).Imports),
  operations: lazy(async () => (await import('../operations/operations.js')).Operations),
  playground: lazy(async () => (await import('../playground/playground.js')).Playground),
  desk: lazy(async () => (await import('../desk/desk.js')).Desk),
};

export function App() {
  const { id } = route.value;
  const shown = view.value;
  const Page = PAGES[shown];
  useEffect(() => {
    document.documentElement.lang = uiLanguage.value;
    document.title = `${textOf('nav', shown)} · Mandi`;
  }, [uiLanguage.value, shown]);
  useEffect(() => scrollTo(0, 0), [shown, id]);
  return (
    <>
      <a class="skip" href="#main" onClick={toMain}>
        {t('skip')}
      </a>
      <header class="top">
        <a class="brand" href={linkTo('market')} aria-label="Mandi">
          <img src="console/icon.svg" alt="" width="26" height="26" />
          <b>Mandi</b>
        </a>
        <nav aria-label={t('nav.label')}>
          {NAVIGATION.map((to) => (
            <a key={to} href={linkTo(to)} aria-current={to === shown ? 'page' : undefined}>
              {textOf('nav', to)}
            </a>
          ))}
        </nav>
        <div class="settings">
          <ConnectionPill />
          <LanguageMenu />
          <ThemeButton />
          <SignIn />
        </div>
      </header>
      <ConnectionBar />
      <main id="main" tabIndex={-1}>
        {HEADLESS.has(shown) && <h1 class="unseen">{textOf('nav', shown)}</h1>}
        <Page key={`${shown}/${id ?? ''}`} />
      </main>
    </>
  );
}

/** The address names the view, so that it can't name a part of it. */
function toMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
