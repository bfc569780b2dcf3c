import type { InventoryEvent } from '../../../client/index.js';
import { t, textOf } from '../lib/texts.js';

/** What an event has changed, field by field. */
export function Diff({ event }: { event: InventoryEvent }) {
  if (event.changes.length === 0) return null;
  return (
    <table class="diff">
      <caption class="unseen">{t('diff.caption')}</caption>
      <tbody>
        {event.changes.map(({ field, oldValue, newValue }) => (
          <tr key={field}>
            <th scope="row">{textOf('field', field)}</th>
            <td dir="auto">
              <del>{valueOf(field, oldValue)}</del>
            </td>
            <td dir="auto">
              <ins>{valueOf(field, newValue)}</ins>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const valueOf = (field: string, value: unknown): string =>
  field === 'availability' && typeof value === 'string' ? textOf('availability', value) : shown(value);

function shown(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, one]) => `${key}: ${shown(one)}`)
      .join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
