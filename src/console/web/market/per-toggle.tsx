import { t, textOf } from '../lib/texts.js';
import { per } from './board-state.js';

/** For which unit prices are shown, in all views. */
export function PerToggle() {
  return (
    <div class="toggle" role="group" aria-label={t('per.label')}>
      {(['kg', 'quintal'] as const).map((unit) => (
        <button key={unit} type="button" aria-pressed={per.value === unit} onClick={() => (per.value = unit)}>
          {t('price.per', { unit: textOf('unit', unit) })}
        </button>
      ))}
    </div>
  );
}
