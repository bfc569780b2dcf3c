import { clock } from '../lib/format.js';
import { connection, lastError, lostAt } from '../lib/session.js';
import { t } from '../lib/texts.js';

const TEXTS = { connecting: 'connection.connecting', live: 'connection.live', lost: 'connection.lost' } as const;

export const ConnectionPill = () => (
  <span class={`pill is-${connection.value}`} role="status">
    {t(TEXTS[connection.value])}
  </span>
);

/** While the server isn't heard of: from when what is shown is. */
export function ConnectionBar() {
  if (connection.value !== 'lost' || lostAt.value === null) return null;
  return (
    <div class="offline" role="alert">
      <b>{t('connection.lost')}</b> {t('connection.since', { time: clock(lostAt.value) })}
      {lastError.value !== null && <span class="quiet"> {lastError.value}</span>}
    </div>
  );
}
