import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { messageOf } from '../lib/api.js';
import { t } from '../lib/texts.js';

/** A view that is loaded when it is first shown. */
export function lazy(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | undefined;
  return function Lazy() {
    const page = useSignal<{ View: ComponentType } | undefined>(loaded && { View: loaded });
    const failure = useSignal<string | null>(null);
    useEffect(() => {
      if (loaded) return;
      load().then(
        (View) => {
          loaded = View;
          page.value = { View };
        },
        (error: unknown) => (failure.value = messageOf(error)),
      );
    }, []);
    if (page.value) {
      const { View } = page.value;
      return <View />;
    }
    if (failure.value === null) return <p class="empty">{t('loading')}</p>;
    return (
      <p class="empty bad" role="alert">
        {failure.value}{' '}
        <button type="button" onClick={() => location.reload()}>
          {t('reload')}
        </button>
      </p>
    );
  };
}
