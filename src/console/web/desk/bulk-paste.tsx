import { useSignal } from '@preact/signals';
import type { InventoryItemResult, Product } from '../../../client/index.js';
import { messageOf } from '../lib/api.js';
import { nameOf, number } from '../lib/format.js';
import { client } from '../lib/session.js';
import { t, textOf } from '../lib/texts.js';
import type { VendorDesk } from './desk-state.js';
import { type PastedLine, readPaste } from './paste.js';

/** Products that a paste is compared with, at most. */
const MOST = 20_000;

/** Many prices at once: pasted, looked at, then set. */
export function BulkPaste({ desk }: { desk: VendorDesk }) {
  const text = useSignal('');
  const lines = useSignal<PastedLine[] | null>(null);
  const known = useSignal<readonly Product[]>([]);
  const results = useSignal<ReadonlyMap<string, InventoryItemResult>>(new Map());
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);

  const during = async (work: () => Promise<void>): Promise<void> => {
    busy.value = true;
    problem.value = null;
    await work().catch((error: unknown) => (problem.value = messageOf(error)));
    busy.value = false;
  };
  const preview = () =>
    during(async () => {
      results.value = new Map();
      known.value = await productsOf(desk.vendorId);
      lines.value = readPaste(text.value, known.value);
    });
  const items = lines.value?.flatMap(({ item }) => (item ? [item] : [])) ?? [];
  const apply = () =>
    during(async () => {
      const all = await desk.apply(items, known.value);
      results.value = new Map(all.map((result) => [result.sku, result]));
    });
  const isDone = results.value.size > 0;
  return (
    <section class="card">
      <h2>{t('paste.title')}</h2>
      <p class="quiet">{t('paste.how')}</p>
      <textarea
        rows={5}
        aria-label={t('paste.title')}
        placeholder={'onion\t1750\tavailable\nआलू\t1,200'}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          lines.value = null;
        }}
      />
      <div class="buttons">
        <button type="button" disabled={busy.value || text.value.trim() === ''} onClick={() => void preview()}>
          {t('paste.preview')}
        </button>
        <button
          type="button"
          class="primary"
          disabled={busy.value || items.length === 0 || isDone}
          onClick={() => void apply()}
        >
          {t('paste.apply', { n: number(items.length) })}
        </button>
      </div>
      {problem.value !== null && (
        <p class="bad" role="alert">
          {problem.value}
        </p>
      )}
      {lines.value && <Preview lines={lines.value} results={results.value} />}
    </section>
  );
}

function Preview({ lines, results }: { lines: PastedLine[]; results: ReadonlyMap<string, InventoryItemResult> }) {
  return (
    <table class="products preview">
      <caption class="unseen">{t('paste.preview')}</caption>
      <tbody>
        {lines.map(({ line, text, product, item, problem }) => (
          <tr key={line}>
            <td class="amount quiet">{line}</td>
            <th scope="row" dir="auto">
              {product ? nameOf(product).text : (item?.name ?? text)}
            </th>
            <td>
              {problem !== null && <span class="bad">{textOf('paste', problem)}</span>}
              {problem === null && item === null && <span class="quiet">{t('paste.unchanged')}</span>}
              {item && <Change item={item} product={product} />}
            </td>
            <td>
              <Result result={item ? results.get(item.sku) : undefined} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Change({ item, product }: { item: NonNullable<PastedLine['item']>; product: Product | undefined }) {
  if (!product) return <span class="good">{t('paste.new', { price: item.basePrice ?? '' })}</span>;
  return (
    <span>
      {item.basePrice !== undefined && (
        <>
          <del>{product.basePrice}</del> → <ins>{item.basePrice}</ins>{' '}
        </>
      )}
      {item.availability !== undefined && (
        <>
          <del>{textOf('availability', product.availability)}</del> →{' '}
          <ins>{textOf('availability', item.availability)}</ins>
        </>
      )}
    </span>
  );
}

function Result({ result }: { result: InventoryItemResult | undefined }) {
  if (!result) return null;
  if (result.status === 'rejected') return <span class="bad">{result.reason ?? t('paste.rejected')}</span>;
  return <span class="good">{textOf('paste', result.status)}</span>;
}

async function productsOf(vendorId: string): Promise<Product[]> {
  const products: Product[] = [];
  for await (const page of client.peek().products.pages({ vendorId }, { limit: 100 })) {
    products.push(...page.items);
    if (products.length >= MOST) break;
  }
  return products;
}
