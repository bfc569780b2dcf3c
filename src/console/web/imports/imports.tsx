import { useSignal } from '@preact/signals';
import type { AliasCandidate, AliasCandidates, ImportSummary } from '../../../contracts/index.js';
import { messageOf } from '../lib/api.js';
import { bytes, number } from '../lib/format.js';
import { client, isAdmin } from '../lib/session.js';
import { t, textOf } from '../lib/texts.js';
import { NeedsToken } from '../shell/settings.js';
import { ImportRun } from './import-run.js';

const COUNTS = [
  'rows',
  'vendorsCreated',
  'created',
  'priceChanged',
  'recorded',
  'revised',
  'unchanged',
  'rounded',
  'contradictory',
  'suspicious',
  'rejected',
] as const;
/** Counts that one should look at. */
const TROUBLE = new Set<string>(['contradictory', 'suspicious', 'rejected']);

/** Price files, each looked through before it changes anything. */
export function Imports() {
  const runs = useSignal<readonly ImportRun[]>([]);
  const state = useSignal('');
  const day = useSignal('');
  const over = useSignal(false);
  if (!isAdmin.value) return <NeedsToken>{t('imports.needs-token')}</NeedsToken>;
  const take = (files: FileList | null | undefined): void => {
    const parameters = { state: state.value.trim(), day: day.value };
    runs.value = [...[...(files ?? [])].map((file) => new ImportRun(file, parameters)), ...runs.value];
  };
  const remove = (run: ImportRun): void => {
    run.stop();
    runs.value = runs.value.filter((one) => one !== run);
  };
  return (
    <div class="stack">
      <section class="card">
        <h2>{t('imports.title')}</h2>
        <label
          class={`drop ${over.value ? 'is-over' : ''}`}
          onDragOver={(event) => {
            event.preventDefault();
            over.value = true;
          }}
          onDragLeave={() => (over.value = false)}
          onDrop={(event) => {
            event.preventDefault();
            over.value = false;
            take(event.dataTransfer?.files);
          }}
        >
          <b>{t('imports.drop')}</b>
          <span>{t('imports.choose')}</span>
          <input
            type="file"
            multiple
            accept=".csv,.json,.txt,.tsv"
            onChange={(event) => {
              take(event.currentTarget.files);
              event.currentTarget.value = '';
            }}
          />
        </label>
        <div class="tools-row">
          <label>
            <span>{t('imports.state')}</span>
            <input value={state.value} onInput={(event) => (state.value = event.currentTarget.value)} />
          </label>
          <label>
            <span>{t('imports.day')}</span>
            <input type="date" value={day.value} onInput={(event) => (day.value = event.currentTarget.value)} />
          </label>
        </div>
      </section>
      {runs.value.map((run) => (
        <Run key={run} run={run} remove={() => remove(run)} />
      ))}
    </div>
  );
}

function Run({ run, remove }: { run: ImportRun; remove: () => void }) {
  const state = run.state.value;
  const isBusy = state === 'reading' || state === 'importing';
  const summary = run.summary.value;
  return (
    <section class="card run" aria-busy={isBusy}>
      <div class="bar-of-tools">
        <h2 dir="auto">
          {run.file.name} <span class="quiet">{bytes(run.file.size)}</span>
        </h2>
        {state !== 'imported' && (
          <button type="button" disabled={isBusy} onClick={() => void run.preview()}>
            {t('imports.again')}
          </button>
        )}
        {state === 'previewed' && (
          <button type="button" class="primary" onClick={() => void run.import()}>
            {t('imports.import')}
          </button>
        )}
        <button type="button" onClick={remove}>
          {t('imports.remove')}
        </button>
      </div>
      <p role="status" class={state === 'imported' ? 'good' : ''}>
        {state !== 'failed' && textOf('imports', state)}
        {state === 'failed' && <span class="bad">{run.problem.value}</span>}
      </p>
      {isBusy && <progress max={1} value={run.sent.value} aria-label={textOf('imports', state)} />}
      {summary && !isBusy && <Summary summary={summary} run={run} />}
    </section>
  );
}

function Summary({ summary, run }: { summary: ImportSummary; run: ImportRun }) {
  const { rejections = [], aliasCandidates = [] } = summary;
  return (
    <>
      <dl class="figures">
        <div>
          <dt>{t('imports.layout')}</dt>
          <dd>
            <code>{summary.layout}</code>
          </dd>
        </div>
        {COUNTS.map((name) => (
          <div key={name} class={TROUBLE.has(name) && summary[name] > 0 ? 'warn' : ''}>
            <dt>{textOf('summary', name)}</dt>
            <dd class="big">{number(summary[name])}</dd>
          </div>
        ))}
      </dl>
      {aliasCandidates.length > 0 && <Aliases all={aliasCandidates} run={run} />}
      {rejections.length > 0 && (
        <table class="products rejections">
          <caption>
            {t('imports.rejections')}
            {summary.rejected > rejections.length && <span class="quiet"> ({t('imports.first-hundred')})</span>}
          </caption>
          <thead>
            <tr>
              <th scope="col">{t('imports.line')}</th>
              <th scope="col">{t('imports.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {rejections.map(({ line, reason }) => (
              <tr key={`${line} ${reason}`}>
                <td class="amount">{number(line)}</td>
                <td dir="auto">{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

/** Markets that would become vendors of their own, though they may be ones that are there. */
function Aliases({ all, run }: { all: AliasCandidates[]; run: ImportRun }) {
  const problem = useSignal<string | null>(null);
  const confirm = async (names: AliasCandidates, { vendorId }: AliasCandidate): Promise<void> => {
    const { state, district, market } = names;
    problem.value = null;
    try {
      await client.peek().vendors.addAlias(vendorId, { state, district, market });
      run.confirmed.value = new Set([...run.confirmed.value, keyOf(names)]);
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  return (
    <div class="aliases">
      <h3>{t('imports.aliases')}</h3>
      {problem.value !== null && <p class="bad">{problem.value}</p>}
      <ul>
        {all.map((names) => (
          <li key={keyOf(names)}>
            <span dir="auto">
              <b>{names.market}</b>, {names.district}, {names.state}
            </span>{' '}
            {run.confirmed.value.has(keyOf(names)) ? (
              <span class="good">✓ {t('imports.confirmed')}</span>
            ) : (
              names.candidates.map((candidate) => (
                <button key={candidate.vendorId} type="button" onClick={() => void confirm(names, candidate)}>
                  {t('imports.same-as', { market: candidate.market ?? '–', district: candidate.district ?? '–' })}
                </button>
              ))
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

const keyOf = ({ state, district, market }: AliasCandidates): string => [state, district, market].join('\n');
