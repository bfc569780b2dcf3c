import { Component } from 'preact';
import type { FoundProduct } from '../../../client/index.js';
import { age, freshness, money, nameOf, shownPrice } from '../lib/format.js';
import { linkTo } from '../lib/router.js';
import { nameLanguage, t, textOf, uiLanguage } from '../lib/texts.js';
import { type Flash, flashes, limit, MOST, page, per, total } from './board-state.js';

export function ProductList() {
  const items = page.value?.items;
  if (!items) return <ListSkeleton />;
  const more = page.value!.nextCursor !== null && limit.value < MOST;
  const setting = `${per.value} ${uiLanguage.value} ${nameLanguage.value}`;
  return (
    <>
      <table class="products">
        <caption class="unseen">{t('list.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('list.product')}</th>
            <th scope="col">{t('list.vendor')}</th>
            <th scope="col" class="amount">
              {t('list.price')}
            </th>
            <th scope="col">{t('list.availability')}</th>
            <th scope="col" class="amount">
              {t('list.changed')}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.id} item={item} flash={flashes.value.get(item.id)} setting={setting} />
          ))}
        </tbody>
      </table>
      {items.length === 0 && <p class="empty">{t('list.empty')}</p>}
      {more && (
        <button type="button" class="more" onClick={() => (limit.value = MOST)}>
          {t('list.more')}
        </button>
      )}
      {!more && page.value!.nextCursor !== null && (
        <p class="empty">{t('list.narrow', { shown: items.length, total: total.value ?? '…' })}</p>
      )}
    </>
  );
}

interface RowProps {
  item: FoundProduct;
  flash: Flash | undefined;
  /** Whatever else decides how it looks. */
  setting: string;
}

/** Drawn again only when something of it has changed: of a hundred rows few do in one frame. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { item, flash, setting } = this.props;
    return next.item !== item || next.flash !== flash || next.setting !== setting;
  }

  render({ item, flash }: RowProps) {
    const name = nameOf(item);
    const vendor = nameOf(item.vendor);
    const { amount, unit } = shownPrice(item, per.value);
    // Two animations that look the same, in turn: the same one would not begin again.
    const flashing = flash ? `flash-${flash.kind}-${flash.turn % 2}` : '';
    const details = [item.name === name.text ? null : item.name, item.variety, item.grade].filter(Boolean);
    const place = [item.vendor.market, item.vendor.state].filter((one) => one && one !== item.vendor.name).join(', ');
    return (
      <tr class={item.availability === 'out_of_stock' ? 'is-out' : ''}>
        <th scope="row">
          <a href={linkTo('product', item.id)} lang={name.lang} dir="auto">
            {name.text}
          </a>
          {details.length > 0 && (
            <span class="quiet line" dir="auto">
              {details.join(' · ')}
            </span>
          )}
        </th>
        <td class="of-vendor">
          <a class="plain" href={linkTo('vendor', item.vendor.id)} lang={vendor.lang} dir="auto">
            {vendor.text}
          </a>
          {place !== '' && <span class="quiet line">{place}</span>}
        </td>
        <td class={`amount price ${flash && flash.kind !== 'stock' ? flashing : ''}`}>
          <b>
            {flash?.kind === 'up' && <i class="arrow up">▲</i>}
            {flash?.kind === 'down' && <i class="arrow down">▼</i>}
            {money(amount, item.currency)}
          </b>
          <span class="quiet line">{t('price.per', { unit: textOf('unit', unit) })}</span>
        </td>
        <td class={flash?.kind === 'stock' ? flashing : ''}>
          <Stock value={item.availability} />
        </td>
        <td class="amount">
          <Freshness at={item.updatedAt} />
        </td>
      </tr>
    );
  }
}

export const Stock = ({ value }: { value: string }) => (
  <span class={`stock stock-${value}`}>{textOf('availability', value)}</span>
);

/** Follows the clock by itself; the row around it needn't. */
export const Freshness = ({ at }: { at: string }) => (
  <time class={`age ${freshness(at)}`} dateTime={at} title={new Date(at).toLocaleString()}>
    {age(at)}
  </time>
);

const ListSkeleton = () => (
  <div class="skeleton" aria-busy="true" aria-label={t('loading')}>
    {Array.from({ length: 10 }, (_unused, index) => (
      <i key={index} />
    ))}
  </div>
);
