import { Child } from '../support/children.js';
import type { HttpLoadRequest } from './http-load.process.js';
import type { HttpWork } from './http-work.js';
import type { LoadFigures } from './loops.js';
import type { SqlLoadRequest } from './sql-load.process.js';
import type { SqlWork } from './sql-work.js';

/** Something under load; `run` measures one round. */
export interface Load {
  run(milliseconds: number): Promise<LoadFigures>;
}

/** The process that plays all HTTP clients of a run, whoever they talk to. */
export class HttpLoad {
  private constructor(private readonly child: Child) {}

  static async start(): Promise<HttpLoad> {
    return new HttpLoad(await Child.start(new URL('./http-load.process.ts', import.meta.url)));
  }

  /** Opens connections that stay open between the rounds. */
  async open(target: string, port: number, connections: number, work: HttpWork): Promise<Load> {
    await this.child.ask({ kind: 'open', target, port, connections, work } satisfies HttpLoadRequest);
    return { run: (milliseconds) => this.child.ask({ kind: 'run', target, milliseconds } satisfies HttpLoadRequest) };
  }

  async close(target: string): Promise<void> {
    await this.child.ask({ kind: 'close', target } satisfies HttpLoadRequest);
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}

/** A process that runs one statement over and over. */
export async function startSqlLoad(
  url: string,
  loops: number,
  work: SqlWork,
): Promise<Load & { stop(): Promise<void> }> {
  const child = await Child.start(new URL('./sql-load.process.ts', import.meta.url));
  try {
    await child.ask({ kind: 'open', url, loops, work } satisfies SqlLoadRequest);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return {
    run: (milliseconds) => child.ask({ kind: 'run', milliseconds } satisfies SqlLoadRequest),
    stop: () => child.stop(),
  };
}
