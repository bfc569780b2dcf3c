import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Named, ProductPage, Vendor, VendorInventoryStats } from '../../../client/index.js';
import { messageOf } from '../lib/api.js';
import { money, nameOf, number, shownPrice } from '../lib/format.js';
import { PerFrame } from '../lib/per-frame.js';
import { linkTo, route } from '../lib/router.js';
import { client } from '../lib/session.js';
import { nameLanguage, t, textOf } from '../lib/texts.js';
import { Freshness, Stock } from '../market/product-list.js';
import { per } from '../market/board-state.js';

/** A vendor, and what it has just now. */
export function VendorPage() {
  const { id = '' } = route.value;
  const vendor = useSignal<Named<Vendor> | null>(null);
  const stats = useSignal<VendorInventoryStats | null>(null);
  const page = useSignal<ProductPage | null>(null);
  const problem = useSignal<string | null>(null);
  const lang = nameLanguage.value;
  const connected = client.value;

  useEffect(() => {
    const aborting = new AbortController();
    const { signal } = aborting;
    const failed = (error: unknown): void => {
      if (!signal.aborted) problem.value = messageOf(error);
    };
    connected.vendors.get(id, { lang, signal }).then((found) => (vendor.value = found), failed);
    connected.vendors.stats(id, { signal }).then((found) => (stats.value = found), failed);
    const pages = new PerFrame<ProductPage>((all) => (page.value = all.at(-1)!), 1);
    const search = connected.liveSearch({ vendorId: id, lang }, (found) => pages.add(found), { limit: 100 });
    return () => {
      aborting.abort();
      search.close();
      pages.stop();
    };
  }, [id, lang, connected]);

  if (!vendor.value) {
    return <p class={problem.value === null ? 'empty' : 'empty bad'}>{problem.value ?? t('loading')}</p>;
  }
  const name = nameOf(vendor.value);
  const { market, district, state } = vendor.value;
  return (
    <article class="vendor">
      <header class="card heading">
        <div>
          <p class="crumbs">
            <a href={linkTo('market')}>{t('nav.market')}</a> / {t('list.vendor')}
          </p>
          <h1 lang={name.lang} dir="auto">
            {name.text}
          </h1>
          <p class="quiet">{[market, district, state].filter(Boolean).join(', ')}</p>
        </div>
        {stats.value && <Stats stats={stats.value} />}
      </header>
      <section class="card">
        <table class="products">
          <caption class="unseen">{t('list.caption')}</caption>
          <tbody>
            {page.value?.items.map((item) => {
              const shown = nameOf(item);
              const { amount, unit } = shownPrice(item, per.value);
              return (
                <tr key={item.id}>
                  <th scope="row">
                    <a href={linkTo('product', item.id)} lang={shown.lang} dir="auto">
                      {shown.text}
                    </a>
                  </th>
                  <td>
                    <span class="quiet">{textOf('category', item.category)}</span>
                  </td>
                  <td class="amount price">
                    <b>{money(amount, item.currency)}</b>
                    <span class="quiet line">{t('price.per', { unit: textOf('unit', unit) })}</span>
                  </td>
                  <td>
                    <Stock value={item.availability} />
                  </td>
                  <td class="amount">
                    <Freshness at={item.updatedAt} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </article>
  );
}

function Stats({ stats }: { stats: VendorInventoryStats }) {
  return (
    <dl class="figures">
      <div>
        <dt>{t('vendor.products')}</dt>
        <dd class="big">{number(stats.totalProducts)}</dd>
      </div>
      {(['available', 'limited', 'out_of_stock'] as const).map((one) => (
        <div key={one}>
          <dt>{textOf('availability', one)}</dt>
          <dd class="big">{number(stats.byAvailability[one])}</dd>
        </div>
      ))}
      {stats.lastUpdatedAt !== null && (
        <div>
          <dt>{t('list.changed')}</dt>
          <dd>
            <Freshness at={stats.lastUpdatedAt} />
          </dd>
        </div>
      )}
    </dl>
  );
}
