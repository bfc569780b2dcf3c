import type { InventoryEvent } from '../../../client/index.js';
import { clock, money, nameOf, number } from '../lib/format.js';
import { linkTo } from '../lib/router.js';
import { t, textOf } from '../lib/texts.js';
import { feed, speed } from './board-state.js';
import { Stock } from './product-list.js';

/** What happens, the newest first. Not read out by itself: it would never end. */
export function EventFeed() {
  return (
    <aside class="feed" aria-label={t('feed.label')}>
      <h2>
        {t('feed.label')} <span class="quiet">{t('feed.speed', { n: number(speed.value, 1) })}</span>
      </h2>
      {feed.value.length === 0 && <p class="empty">{t('feed.empty')}</p>}
      <ol>
        {feed.value.map((event) => (
          <li key={event.eventId} class={`event ${event.eventType}`}>
            <time dateTime={event.occurredAt}>{clock(event.occurredAt)}</time>
            <Headline event={event} />
          </li>
        ))}
      </ol>
    </aside>
  );
}

function Headline({ event }: { event: InventoryEvent }) {
  const entity = event.product ?? event.vendor;
  const name = nameOf(entity);
  const to = event.product ? linkTo('product', event.product.id) : linkTo('vendor', event.vendorId);
  return (
    <span>
      <a href={to} lang={name.lang} dir="auto">
        {name.text}
      </a>{' '}
      <WhatHappened event={event} />
    </span>
  );
}

export function WhatHappened({ event }: { event: InventoryEvent }) {
  const { product } = event;
  const price = event.changes.find(({ field }) => field === 'basePrice');
  const stock = event.changes.find(({ field }) => field === 'availability');
  if (product && price) {
    const [before, after] = [Number(price.oldValue), Number(price.newValue)];
    return (
      <span class={after > before ? 'up' : 'down'}>
        <s>{money(before, product.currency)}</s> → {money(after, product.currency)}
      </span>
    );
  }
  if (product && stock) return <Stock value={product.availability} />;
  return <span class="quiet">{textOf('event', event.eventType)}</span>;
}
