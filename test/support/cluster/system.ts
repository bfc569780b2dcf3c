import type { ClusterPostgres } from './cluster-postgres.js';
import { waitFor } from '../processes.js';
import type { HttpClient } from './http-client.js';
import type { Instance } from './instance.js';

/** What a load works on and an audit looks at. */
export interface System {
  readonly client: HttpClient;
  readonly running: readonly Instance[];
  readonly postgres: Pick<ClusterPostgres, 'query'>;
  /** Everything runs and has nothing left to do. */
  heal(): Promise<void>;
}

/** Waits until these instances have delivered all that was committed. */
export async function settled(instances: readonly Instance[]): Promise<void> {
  await waitFor(
    async () => {
      const stats = await Promise.all(instances.map((instance) => instance.eventStats()));
      const caughtUp = stats.every((one) => one.backlog === 0 && one.deliveredPosition >= one.lastPosition);
      return caughtUp && stats.every(({ busConnected }) => busConnected);
    },
    { what: 'all instances to have caught up' },
  );
}
