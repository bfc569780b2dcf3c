import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { messageOf } from '../lib/api.js';
import { clock, number } from '../lib/format.js';
import { PerFrame } from '../lib/per-frame.js';
import { client, SERVER } from '../lib/session.js';
import { t, textOf } from '../lib/texts.js';
import { codeFor, curlFor, type Topic } from './code.js';

const TYPES = ['general', 'category', 'vendor', 'search'] as const;
/** Messages that are shown; older ones are let go. */
const SHOWN = 50;

interface Message {
  id: number;
  at: number;
  title: string;
  body: unknown;
}

/** Rooms and searches to listen to, and the program that does the same. */
export function Playground() {
  const type = useSignal<(typeof TYPES)[number]>('general');
  const value = useSignal('');
  const listening = useSignal<Topic | null>(null);
  const topic = useComputed(() => topicOf(type.value, value.value.trim()));
  return (
    <div class="columns">
      <section class="card stack">
        <h2>{t('playground.title')}</h2>
        <form
          class="tools-row"
          onSubmit={(event) => {
            event.preventDefault();
            listening.value = listening.value ? null : topic.value;
          }}
        >
          <label>
            <span>{t('playground.what')}</span>
            <select
              value={type.value}
              onChange={(event) => {
                type.value = event.currentTarget.value as (typeof TYPES)[number];
                value.value = { general: '', category: 'vegetables', vendor: '', search: 'q=onion' }[type.value];
                listening.value = null;
              }}
            >
              {TYPES.map((one) => (
                <option key={one} value={one}>
                  {textOf('playground', one)}
                </option>
              ))}
            </select>
          </label>
          {type.value !== 'general' && (
            <label>
              <span>{t('playground.value')}</span>
              <input
                required
                placeholder={{ category: 'vegetables', vendor: 'vnd_…', search: 'q=onion&per=quintal' }[type.value]}
                value={value.value}
                onInput={(event) => {
                  value.value = event.currentTarget.value;
                  listening.value = null;
                }}
              />
            </label>
          )}
          <button type="submit" class="primary">
            {t(listening.value ? 'playground.stop' : 'playground.start')}
          </button>
        </form>
        <Code title={t('playground.code')} text={codeFor(topic.value, SERVER)} />
        <Code title={t('playground.curl')} text={curlFor(topic.value, SERVER)} />
      </section>
      {listening.value && <Messages key={JSON.stringify(listening.value)} topic={listening.value} />}
    </div>
  );
}

function topicOf(type: (typeof TYPES)[number], value: string): Topic {
  if (type === 'search') return { type, query: Object.fromEntries(new URLSearchParams(value)) };
  if (type === 'category') return { type, category: value };
  return type === 'vendor' ? { type, vendorId: value } : { type };
}

function Code({ title, text }: { title: string; text: string }) {
  const copied = useSignal(false);
  const copy = (): void => {
    // Only pages of secure origins have a clipboard; the text can be selected by hand.
    void navigator.clipboard?.writeText(text).then(
      () => (copied.value = true),
      () => undefined,
    );
  };
  useEffect(() => void (copied.value = false), [text]);
  return (
    <div>
      <div class="bar-of-tools">
        <h2>{title}</h2>
        <button type="button" onClick={copy}>
          {t(copied.value ? 'playground.copied' : 'playground.copy')}
        </button>
      </div>
      <pre tabIndex={0}>{text}</pre>
    </div>
  );
}

function Messages({ topic }: { topic: Topic }) {
  const messages = useSignal<readonly Message[]>([]);
  const count = useSignal(0);
  const held = useSignal(false);
  const problem = useSignal<string | null>(null);
  const connected = client.value;
  useEffect(() => {
    const frame = new PerFrame<Message>((news) => {
      if (!held.peek()) messages.value = [...news.toReversed(), ...messages.peek()].slice(0, SHOWN);
    }, SHOWN);
    const add = (title: string, body: unknown): void => {
      count.value += 1;
      frame.add({ id: count.peek(), at: Date.now(), title, body });
    };
    const stop = listen(topic, add, (error) => (problem.value = messageOf(error)));
    return () => {
      stop();
      frame.stop();
    };
  }, [connected]);
  return (
    <section class="card messages">
      <div class="bar-of-tools">
        <h2>{t('playground.messages', { n: number(count.value) })}</h2>
        <button type="button" aria-pressed={held.value} onClick={() => (held.value = !held.value)}>
          {t('playground.pause')}
        </button>
      </div>
      {problem.value !== null && <p class="bad">{problem.value}</p>}
      {messages.value.length === 0 && <p class="empty">{t('playground.nothing')}</p>}
      {messages.value.map(({ id, at, title, body }) => (
        <details key={id}>
          <summary>
            <time class="quiet">{clock(at)}</time> {title}
          </summary>
          <pre tabIndex={0}>{JSON.stringify(body, null, 2)}</pre>
        </details>
      ))}
    </section>
  );
}

function listen(topic: Topic, add: (title: string, body: unknown) => void, fail: (error: Error) => void): () => void {
  const connected = client.peek();
  if (topic.type === 'search') {
    const search = connected.liveSearch(
      topic.query,
      (page, { reason }) => add(`${reason} (${page.items.length})`, page),
      {
        onError: fail,
      },
    );
    return () => search.close();
  }
  const subscription = connected.subscribe(topic, {
    onEvent: (event) => {
      const { eventType, product, vendor } = event;
      add(`${eventType} ${product?.name ?? vendor?.name ?? ''}`, event);
    },
    onGap: (gap) => add(`gap: ${gap.reason}`, gap),
  });
  subscription.ready.then((confirmed) => add('confirmed', confirmed), fail);
  return () => subscription.unsubscribe();
}
