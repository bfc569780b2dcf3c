import { signal } from '@preact/signals';
import type { ImportSummary } from '../../../contracts/index.js';
import { ApiError, messageOf, urlOf } from '../lib/api.js';
import { token } from '../lib/session.js';

export type RunState = 'reading' | 'previewed' | 'importing' | 'imported' | 'failed';

export interface ImportParameters {
  state: string;
  day: string;
}

/** One file: looked through first, imported when that is wanted. */
export class ImportRun {
  readonly state = signal<RunState>('reading');
  /** Of its bytes, 0 to 1; what the server does with the last of them takes a while. */
  readonly sent = signal(0);
  readonly summary = signal<ImportSummary | null>(null);
  readonly problem = signal<string | null>(null);
  /** Names of markets that have been confirmed as ones that are known. */
  readonly confirmed = signal<ReadonlySet<string>>(new Set());
  private request: XMLHttpRequest | undefined;
  /** One for the import, so that trying again after a lost answer imports nothing twice. */
  private readonly key = crypto.getRandomValues(new Uint32Array(4)).join('-');

  constructor(
    readonly file: File,
    private readonly parameters: ImportParameters,
  ) {
    void this.preview();
  }

  preview(): Promise<void> {
    return this.run('reading', 'previewed', { dryRun: true });
  }

  import(): Promise<void> {
    return this.run('importing', 'imported', {});
  }

  stop(): void {
    this.request?.abort();
  }

  private async run(during: RunState, after: RunState, query: { dryRun?: boolean }): Promise<void> {
    this.state.value = during;
    this.sent.value = 0;
    this.problem.value = null;
    try {
      this.summary.value = await this.send(query);
      this.state.value = after;
    } catch (error) {
      this.problem.value = messageOf(error);
      this.state.value = 'failed';
    }
  }

  /** By XMLHttpRequest: `fetch` says nothing of how much was sent. */
  private send(query: { dryRun?: boolean }): Promise<ImportSummary> {
    return new Promise((resolve, reject) => {
      const request = (this.request = new XMLHttpRequest());
      const { state, day } = this.parameters;
      request.open('POST', urlOf('/api/imports/agmarknet', { ...query, state, day }));
      request.setRequestHeader('content-type', this.file.name.endsWith('.json') ? 'application/json' : 'text/csv');
      request.setRequestHeader('authorization', `Bearer ${token.peek() ?? ''}`);
      if (!query.dryRun) request.setRequestHeader('idempotency-key', this.key);
      request.upload.onprogress = ({ loaded, total }) => (this.sent.value = total === 0 ? 1 : loaded / total);
      request.onerror = () => reject(new ApiError(0, 'unreachable', 'The server can’t be reached'));
      request.onload = () => {
        const body = parsed(request.responseText);
        // Of a file of which nothing can be used, the refusal has the same members.
        if (request.status === 200) resolve(body as ImportSummary);
        else {
          if (body && 'rejections' in body) this.summary.value = body as unknown as ImportSummary;
          reject(new ApiError(request.status, '', String(body?.detail ?? request.statusText)));
        }
      };
      request.send(this.file);
    });
  }
}

function parsed(text: string): (Partial<ImportSummary> & { detail?: string }) | null {
  try {
    return JSON.parse(text) as Partial<ImportSummary> & { detail?: string };
  } catch {
    return null; // of a proxy, say
  }
}
