export type EmbeddedPostgresErrorCode =
  | 'data_dir_in_use'
  | 'data_dir_not_ours'
  | 'data_dir_unusable'
  | 'cluster_version_differs'
  | 'binaries_missing'
  | 'binaries_unusable'
  | 'no_system_user'
  | 'initdb_failed'
  | 'start_failed'
  | 'stop_failed'
  | 'password_rejected';

/** Every failure of the embedded server: a stable `code`, and one line that says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(inOneLine(message), options);
  }
}

/** The `code` of a Node.js or PostgreSQL error (`ENOENT`, `57P03`), if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function inOneLine(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}
