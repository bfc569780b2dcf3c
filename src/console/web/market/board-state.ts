import { computed, effect, signal } from '@preact/signals';
import type {
  Availability,
  FacetValue,
  FoundProduct,
  InventoryEvent,
  LiveSearchStatus,
  ProductFilters,
  ProductPage,
  ProductSort,
} from '../../../client/index.js';
import { messageOf } from '../lib/api.js';
import { PerFrame } from '../lib/per-frame.js';
import { replaceQuery, route } from '../lib/router.js';
import { client } from '../lib/session.js';
import { nameLanguage } from '../lib/texts.js';
import { kept } from '../lib/kept.js';

const PAGE = 30;
/** The most a search answers with. */
export const MOST = 100;
/** Milliseconds after the last key before a text is searched for. */
const TYPING = 140;
/** Milliseconds between two counts, while things change. */
const COUNT_EVERY = 5_000;
/** Events that the feed shows; of older ones nothing is kept. */
const FEED = 40;
/** Milliseconds over which the speed of the market is measured. */
const SPEED_OVER = 10_000;

export type FacetName = 'category' | 'state' | 'availability';
export type Counts = Partial<Record<FacetName, FacetValue[]>>;

const initial = route.peek().view === 'market' ? route.peek().query : new URLSearchParams();
const from = (name: string): string => initial.get(name) ?? '';

/** What is asked for; empty: anything. */
export const typed = signal(from('q'));
export const category = signal(from('category'));
export const state = signal(from('state'));
export const availability = signal(from('availability'));
export const sort = signal(from('sort'));
export const per = kept<'kg' | 'quintal'>('per', 'quintal', (value) => value === 'kg' || value === 'quintal');
export const limit = signal(PAGE);

/** `typed`, once typing has paused. */
const q = signal(typed.peek().trim());

export const page = signal<ProductPage | null>(null);
export const status = signal<LiveSearchStatus>('loading');
export const problem = signal<string | null>(null);
export const counts = signal<Counts>({});
export const total = computed(() => counts.value.availability?.reduce((sum, { count }) => sum + count, 0) ?? null);
export const feed = signal<readonly InventoryEvent[]>([]);
/** Events a second, of late. */
export const speed = signal(0);

/** By product: what has just become of its price, and how often, so that the same thing twice shows twice. */
export interface Flash {
  kind: 'up' | 'down' | 'stock';
  turn: number;
}
export const flashes = signal<ReadonlyMap<string, Flash>>(new Map());
let turn = 0;

const filters = computed<ProductFilters>(() => ({
  ...(q.value !== '' && { q: q.value }),
  ...(category.value !== '' && { category: category.value }),
  ...(state.value !== '' && { state: state.value }),
  ...(availability.value !== '' && { availability: availability.value as Availability }),
  per: per.value,
  lang: nameLanguage.value,
}));

export const isFiltered = computed(
  () => q.value !== '' || category.value !== '' || state.value !== '' || availability.value !== '',
);

export function clearFilters(): void {
  for (const one of [typed, category, state, availability, sort]) one.value = '';
  q.value = '';
}

/** Searches for what stands there at once. */
export const searchNow = (): void => void (q.value = typed.peek().trim());

/** Keeps the board going while it is shown. @returns what ends it */
export function openBoard(): () => void {
  const endings = [typing(), addressing(), searching(), counting(), feeding()];
  return () => {
    for (const end of endings) end();
  };
}

function typing(): () => void {
  return effect(() => {
    const text = typed.value.trim();
    const timer = setTimeout(() => (q.value = text), TYPING);
    return () => clearTimeout(timer);
  });
}

function addressing(): () => void {
  return effect(() => {
    replaceQuery({
      q: q.value,
      category: category.value,
      state: state.value,
      availability: availability.value,
      sort: sort.value,
    });
  });
}

/** Another search whenever another thing is asked for; the page of the last one stays until there is a new one. */
function searching(): () => void {
  return effect(() => {
    const asked = filters.value;
    let first = true;
    const pages = new PerFrame<ProductPage>((all) => {
      const next = all.at(-1)!;
      if (!first && page.peek()) note(changesBetween(page.peek()!, next));
      first = false;
      page.value = next;
      problem.value = null;
    }, 1);
    const search = client.value.liveSearch(asked, (found) => pages.add(found), {
      limit: limit.value,
      ...(sort.value !== '' && { sort: sort.value as ProductSort }),
      onStatus: (is) => (status.value = is),
      onError: (error) => (problem.value = messageOf(error)),
    });
    status.value = search.status;
    return () => {
      search.close();
      pages.stop();
    };
  });
}

function note(changes: [string, Flash][]): void {
  if (changes.length === 0) return;
  const shown = new Set(page.peek()!.items.map(({ id }) => id));
  const kept = [...flashes.peek()].filter(([id]) => shown.has(id));
  flashes.value = new Map([...kept, ...changes]);
}

function changesBetween(before: ProductPage, after: ProductPage): [string, Flash][] {
  const known = new Map(before.items.map((item) => [item.id, item]));
  return after.items.flatMap((item): [string, Flash][] => {
    const old = known.get(item.id);
    const kind = old && old !== item ? changeOf(old, item) : undefined;
    return kind ? [[item.id, { kind, turn: (turn += 1) }]] : [];
  });
}

function changeOf(old: FoundProduct, item: FoundProduct): Flash['kind'] | undefined {
  if (item.basePrice !== old.basePrice) return item.basePrice > old.basePrice ? 'up' : 'down';
  return item.availability === old.availability ? undefined : 'stock';
}

let changedSinceCount = false;

/** Of each facet as if nothing were chosen of it, so that one sees what else there is. */
function counting(): () => void {
  let counted = 0;
  let stopped = false;
  const count = async (asked: ProductFilters, signal: AbortSignal): Promise<void> => {
    counted = Date.now();
    changedSinceCount = false;
    const names = ['category', 'state', 'availability'] as const;
    const open = names.filter((name) => asked[name] === undefined);
    const requests: [readonly FacetName[], ProductFilters][] = [
      ...(open.length > 0 ? [[open, asked] as [readonly FacetName[], ProductFilters]] : []),
      ...names
        .filter((name) => asked[name] !== undefined)
        .map((name): [readonly FacetName[], ProductFilters] => [[name], { ...asked, [name]: undefined }]),
    ];
    const { products } = client.peek();
    const found = await Promise.all(
      requests.map(
        async ([facets, given]) => (await products.search(given, { limit: 1, facets, signal })).facets ?? {},
      ),
    ).catch(() => undefined); // The list itself says what is wrong.
    if (found && !signal.aborted) counts.value = Object.assign({}, ...found) as Counts;
  };
  const end = effect(() => {
    const asked = filters.value;
    const aborting = new AbortController();
    void count(asked, aborting.signal);
    const timer = setInterval(() => {
      if (changedSinceCount && !document.hidden && !stopped && Date.now() - counted >= COUNT_EVERY) {
        void count(asked, aborting.signal);
      }
    }, 1_000);
    return () => {
      clearInterval(timer);
      aborting.abort();
    };
  });
  return () => {
    stopped = true;
    end();
  };
}

function feeding(): () => void {
  let times: number[] = [];
  const events = new PerFrame<InventoryEvent>((news) => {
    feed.value = [...news.slice(-FEED).reverse(), ...feed.peek()].slice(0, FEED);
  }, FEED);
  const end = effect(() => {
    const subscription = client.value.subscribe({ type: 'general' }, (event) => {
      times.push(Date.now());
      if (times.length > 10_000) times = times.slice(-5_000);
      changedSinceCount = true;
      events.add(event);
    });
    subscription.ready.catch(() => undefined); // The connection shows it.
    return () => subscription.unsubscribe();
  });
  const timer = setInterval(() => {
    times = times.filter((time) => time > Date.now() - SPEED_OVER);
    speed.value = times.length / (SPEED_OVER / 1_000);
  }, 1_000);
  return () => {
    end();
    clearInterval(timer);
    events.stop();
  };
}
