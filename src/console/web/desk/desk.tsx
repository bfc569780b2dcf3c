import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { AVAILABILITIES } from '../../../contracts/index.js';
import type { Availability, FoundProduct, Product } from '../../../client/index.js';
import { money, nameOf } from '../lib/format.js';
import { linkTo, route } from '../lib/router.js';
import { client, identity } from '../lib/session.js';
import { t, textOf } from '../lib/texts.js';
import { Freshness } from '../market/product-list.js';
import { NeedsToken } from '../shell/settings.js';
import { BulkPaste } from './bulk-paste.js';
import { type Conflict, VendorDesk } from './desk-state.js';
import { priceOf } from './paste.js';

/** Where a vendor changes its prices and what it has. */
export function Desk() {
  const who = identity.value;
  const chosen = useSignal(route.value.id ?? '');
  if (!who || (who.role !== 'vendor' && who.role !== 'admin')) return <NeedsToken>{t('desk.needs-token')}</NeedsToken>;
  const vendorId = who.vendorId ?? chosen.value;
  return (
    <div class="stack">
      {who.vendorId === null && <ChooseVendor onChoose={(id) => (chosen.value = id)} />}
      {vendorId !== '' && <DeskOf key={vendorId} vendorId={vendorId} />}
    </div>
  );
}

/** For admins, who may change what any vendor has. */
function ChooseVendor({ onChoose }: { onChoose: (id: string) => void }) {
  const found = useSignal<{ id: string; name: string; market: string | null }[]>([]);
  const search = async (q: string): Promise<void> => {
    const page = await client.peek().vendors.search({ q }, { limit: 8 });
    found.value = page.items;
  };
  useEffect(() => void search('').catch(() => undefined), []);
  return (
    <section class="card">
      <h2>{t('desk.choose')}</h2>
      <input
        type="search"
        aria-label={t('desk.choose')}
        placeholder={t('desk.find-vendor')}
        onInput={(event) => void search(event.currentTarget.value).catch(() => undefined)}
      />
      <p class="chips">
        {found.value.map(({ id, name, market }) => (
          <button key={id} type="button" onClick={() => onChoose(id)} dir="auto">
            {name} {market !== null && market !== name && <span class="quiet">{market}</span>}
          </button>
        ))}
      </p>
    </section>
  );
}

function DeskOf({ vendorId }: { vendorId: string }) {
  const connected = client.value;
  const desk = useMemo(() => new VendorDesk(vendorId), [vendorId, connected]);
  useEffect(() => () => desk.close(), [desk]);
  const items = desk.page.value?.items;
  const last = desk.undos.value.at(-1);
  return (
    <>
      <section class="card">
        <div class="bar-of-tools">
          <h2>
            <a href={linkTo('vendor', vendorId)}>{items?.[0] ? nameOf(items[0].vendor).text : vendorId}</a>
          </h2>
          <input
            type="search"
            aria-label={t('desk.find')}
            placeholder={t('desk.find')}
            onInput={(event) => desk.find(event.currentTarget.value.trim())}
          />
          <button type="button" disabled={!last} onClick={() => void desk.undo()}>
            ↶ {t('desk.undo')}
            {last && <span class="quiet"> {last.label}</span>}
          </button>
        </div>
        <p role="status" class="bad">
          {desk.said.value ?? desk.problem.value}
        </p>
        <table class="products desk">
          <caption class="unseen">{t('list.caption')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('list.product')}</th>
              <th scope="col">{t('desk.sku')}</th>
              <th scope="col">{t('list.price')}</th>
              <th scope="col">{t('list.availability')}</th>
              <th scope="col" class="amount">
                {t('list.changed')}
              </th>
            </tr>
          </thead>
          <tbody>
            {items?.map((item) => (
              <DeskRow key={item.id} item={item} desk={desk} conflict={desk.conflicts.value.get(item.id)} />
            ))}
          </tbody>
        </table>
        {items?.length === 0 && <p class="empty">{t('list.empty')}</p>}
      </section>
      <BulkPaste desk={desk} />
    </>
  );
}

function DeskRow({ item, desk, conflict }: { item: FoundProduct; desk: VendorDesk; conflict: Conflict | undefined }) {
  const name = nameOf(item);
  /** What is typed, and the version that it is about; null: nothing is. */
  const edit = useSignal<{ text: string; version: number } | null>(null);
  const isWrong = edit.value !== null && priceOf(edit.value.text) === null;
  const commit = (): void => {
    if (edit.value === null || isWrong) return;
    const price = priceOf(edit.value.text)!;
    const { version } = edit.value;
    edit.value = null;
    if (price !== item.basePrice) void desk.change(item, version, { basePrice: price });
  };
  return (
    <>
      <tr>
        <th scope="row">
          <a href={linkTo('product', item.id)} lang={name.lang} dir="auto">
            {name.text}
          </a>
        </th>
        <td>
          <code class="quiet" dir="auto">
            {item.sku}
          </code>
        </td>
        <td class="price">
          <input
            class="price-input"
            inputMode="decimal"
            aria-label={t('desk.price-of', { name: name.text })}
            aria-invalid={isWrong}
            value={edit.value?.text ?? String(item.basePrice)}
            onInput={(event) => {
              edit.value = { text: event.currentTarget.value, version: edit.value?.version ?? item.version };
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') commit();
              if (event.key === 'Escape') edit.value = null;
            }}
            onBlur={commit}
          />
          <span class="quiet"> {t('price.per', { unit: textOf('unit', item.unit) })}</span>
          {edit.value !== null && edit.value.version !== item.version && (
            <span class="warn line">{t('desk.meanwhile', { price: money(item.basePrice, item.currency) })}</span>
          )}
        </td>
        <td>
          <select
            aria-label={t('desk.availability-of', { name: name.text })}
            value={item.availability}
            onChange={(event) =>
              void desk.change(item, item.version, { availability: event.currentTarget.value as Availability })
            }
          >
            {AVAILABILITIES.map((one) => (
              <option key={one} value={one}>
                {textOf('availability', one)}
              </option>
            ))}
          </select>
        </td>
        <td class="amount">
          <Freshness at={item.updatedAt} />
        </td>
      </tr>
      {conflict && <ConflictRow item={item} conflict={conflict} desk={desk} />}
    </>
  );
}

function ConflictRow({ item, conflict, desk }: { item: Product; conflict: Conflict; desk: VendorDesk }) {
  const { theirs, mine } = conflict;
  return (
    <tr class="conflict">
      <td colSpan={5} role="alert">
        <b>{t('desk.conflict')}</b>{' '}
        {Object.entries(mine).map(([field, value]) => (
          <span key={field}>
            {textOf('field', field)}: <ins>{String(theirs[field as 'basePrice'])}</ins> {t('desk.instead-of')}{' '}
            <del>{String(value as string | number)}</del>{' '}
          </span>
        ))}
        <button type="button" onClick={() => desk.forget(item.id)}>
          {t('desk.keep-theirs')}
        </button>{' '}
        <button type="button" onClick={() => void desk.change(theirs, theirs.version, mine)}>
          {t('desk.set-mine')}
        </button>
      </td>
    </tr>
  );
}
