import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Suggestion } from '../../../client/index.js';
import { number } from '../lib/format.js';
import { client } from '../lib/session.js';
import { nameLanguage, t } from '../lib/texts.js';
import { searchNow, typed } from './board-state.js';

/** Milliseconds after a key. */
const TYPING = 90;

/** A text field with suggestions, as the combobox pattern of ARIA has it. */
export function SearchBox() {
  const suggestions = useSignal<Suggestion[]>([]);
  const open = useSignal(false);
  const at = useSignal(-1);
  const input = useRef<HTMLInputElement>(null);
  const text = typed.value.trim();

  useEffect(() => {
    if (text === '' || !open.peek()) {
      suggestions.value = [];
      return;
    }
    const aborting = new AbortController();
    const { signal } = aborting;
    const timer = setTimeout(() => {
      const asked = client.peek().products.suggest(text, { lang: nameLanguage.peek(), limit: 7, signal });
      asked.then(
        (found) => {
          if (!signal.aborted) [suggestions.value, at.value] = [found, -1];
        },
        () => undefined, // Typing goes on without them.
      );
    }, TYPING);
    return () => {
      clearTimeout(timer);
      aborting.abort();
    };
  }, [text]);

  const choose = (suggestion: Suggestion): void => {
    typed.value = suggestion.displayName;
    searchNow();
    open.value = false;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const count = suggestions.value.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && count > 0) {
      event.preventDefault();
      open.value = true;
      at.value = at.value < 0 && step < 0 ? count - 1 : (at.value + step + count) % count;
    } else if (event.key === 'Enter') {
      const chosen = open.value ? suggestions.value[at.value] : undefined;
      if (chosen) choose(chosen);
      else searchNow();
      open.value = false;
    } else if (event.key === 'Escape') {
      if (open.value && count > 0) open.value = false;
      else typed.value = '';
    }
  };
  const isOpen = open.value && suggestions.value.length > 0;
  return (
    <div class="search">
      <svg class="search-icon" viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="9" cy="9" r="5.5" />
        <path d="M13.2 13.2 18 18" />
      </svg>
      <input
        ref={input}
        type="text"
        inputMode="search"
        role="combobox"
        aria-expanded={isOpen}
        aria-controls="suggestions"
        aria-autocomplete="list"
        aria-activedescendant={at.value >= 0 ? `suggestion-${at.value}` : undefined}
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        value={typed.value}
        onInput={(event) => {
          open.value = true;
          typed.value = event.currentTarget.value;
        }}
        onKeyDown={onKeyDown}
        onBlur={() => (open.value = false)}
      />
      <ul id="suggestions" role="listbox" aria-label={t('search.suggestions')} hidden={!isOpen}>
        {suggestions.value.map((suggestion, index) => (
          <li
            key={suggestion.commodity}
            id={`suggestion-${index}`}
            role="option"
            aria-selected={index === at.value}
            onPointerDown={(event) => {
              event.preventDefault();
              choose(suggestion);
            }}
          >
            <span dir="auto" lang={nameLanguage.value}>
              {suggestion.displayName}
            </span>
            {suggestion.text !== suggestion.displayName && (
              <span class="quiet" dir="auto">
                {suggestion.text}
              </span>
            )}
            <span class="count">{number(suggestion.products)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
