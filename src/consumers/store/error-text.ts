/** What is kept of an error: its message, as far as PostgreSQL can store it. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll('\0', '').toWellFormed().slice(0, 1_000);
}
