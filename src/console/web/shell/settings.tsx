import { effect, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { kept } from '../lib/kept.js';
import { identity, identityOf, signIn } from '../lib/session.js';
import { NAME_LANGUAGES, nameLanguage, t, textOf, UI_LANGUAGES, type UiLanguage, uiLanguage } from '../lib/texts.js';

const THEMES = ['system', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const theme = kept<Theme>('theme', 'system', (value) => (THEMES as readonly string[]).includes(value));
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

export function ThemeButton() {
  const isDark =
    theme.value === 'dark' || (theme.value === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  return (
    <button
      type="button"
      class="icon-button"
      title={t('theme.toggle')}
      aria-label={t('theme.toggle')}
      aria-pressed={isDark}
      onClick={() => (theme.value = isDark ? 'light' : 'dark')}
    >
      <svg viewBox="0 0 20 20" aria-hidden="true">
        {isDark ? <path d="M15.5 12.5A6.5 6.5 0 0 1 7.5 4.5a6.5 6.5 0 1 0 8 8z" /> : <circle cx="10" cy="10" r="4" />}
        {!isDark && (
          <path d="M10 1.8v2M10 16.2v2M1.8 10h2M16.2 10h2M4.2 4.2l1.4 1.4M14.4 14.4l1.4 1.4M4.2 15.8l1.4-1.4M14.4 5.6l1.4-1.4" />
        )}
      </svg>
    </button>
  );
}

export function LanguageMenu() {
  const details = useRef<HTMLDetailsElement>(null);
  return (
    <details
      class="menu"
      ref={details}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) event.currentTarget.open = false;
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.open = false;
      }}
    >
      <summary title={t('language.label')}>
        <span lang={uiLanguage.value}>{uiLanguage.value === 'hi' ? 'हि' : 'EN'}</span>{' '}
        <span class="unseen">{t('language.label')}</span>
      </summary>
      <div class="menu-body" tabIndex={-1}>
        <label>
          {t('language.interface')}
          <select
            value={uiLanguage.value}
            onChange={(event) => (uiLanguage.value = event.currentTarget.value as UiLanguage)}
          >
            {Object.entries(UI_LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('language.names')}
          <select value={nameLanguage.value} onChange={(event) => (nameLanguage.value = event.currentTarget.value)}>
            {Object.entries(NAME_LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
    </details>
  );
}

export function SignIn() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = useSignal(false);
  const who = identity.value;
  const show = (): void => {
    isOpen.value = true;
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" class="sign-in" onClick={show}>
        {who ? `${textOf('role', who.role)}${who.vendorId === null ? '' : ` · ${who.vendorId}`}` : t('token.sign-in')}
      </button>
      <dialog ref={dialog} class="token" aria-labelledby="token-title" onClose={() => (isOpen.value = false)}>
        <h2 id="token-title">{t('token.title')}</h2>
        {isOpen.value && <TokenForm onDone={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}

/** Takes a token by paste; it stays in this tab. */
export function TokenForm({ onDone }: { onDone?: () => void }) {
  const text = useSignal('');
  const wrong = useSignal(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    const jwt = text.value.trim().replace(/^Bearer\s+/i, '');
    wrong.value = identityOf(jwt) === null;
    if (wrong.value) return;
    text.value = '';
    signIn(jwt);
    onDone?.();
  };
  return (
    <form class="token-form" onSubmit={submit}>
      <label>
        <span>{t('token.label')}</span>
        <textarea
          name="token"
          rows={4}
          autocomplete="off"
          spellcheck={false}
          placeholder="eyJ…"
          aria-invalid={wrong.value}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </label>
      {wrong.value && (
        <p class="bad" role="alert">
          {t('token.wrong')}
        </p>
      )}
      <p class="quiet">
        {t('token.where')} <code>npm run token -- --role vendor --vendor vnd_…</code>
      </p>
      <div class="buttons">
        <button type="submit" class="primary">
          {t('token.use')}
        </button>
        {identity.value && (
          <button
            type="button"
            onClick={() => {
              signIn(null);
              onDone?.();
            }}
          >
            {t('token.forget')}
          </button>
        )}
        {onDone && (
          <button type="button" onClick={onDone}>
            {t('close')}
          </button>
        )}
      </div>
    </form>
  );
}

/** For views that need a token of some role. */
export const NeedsToken = ({ children }: { children: string }) => (
  <section class="card needs-token">
    <h1>{t('token.title')}</h1>
    <p>{children}</p>
    <TokenForm />
  </section>
);
