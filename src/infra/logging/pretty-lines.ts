import type { DestinationStream } from 'pino';

const RESET = '\u001b[0m';
const DIM = '\u001b[2m';
const COLOURS: Readonly<Record<string, string>> = {
  trace: DIM,
  debug: DIM,
  info: '\u001b[32m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
  fatal: '\u001b[1;31m',
};
/** The same in all lines of a terminal, or shown at another place. */
const NOT_SHOWN = new Set(['level', 'time', 'msg', 'context', 'region', 'instance', 'err', 'stack']);
/** What a terminal would take for commands, such as a path that a client has made up. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Lines for people at a terminal, made of those for programs: `10:02:03.004 WARN  [Relay] message field=value`, and
 * below the stack of an error.
 */
export class PrettyLines implements DestinationStream {
  constructor(
    private readonly out: { write(text: string): unknown },
    private readonly colours: boolean,
  ) {}

  write(line: string): void {
    const { level, time, msg, context, err, stack, ...others } = JSON.parse(line) as Record<string, unknown>;
    const fields = Object.entries(others).filter(([name]) => !NOT_SHOWN.has(name));
    const name = String(level);
    const details = fields.map(
      ([field, value]) => `${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    const where = typeof context === 'string' ? `[${context}] ` : '';
    const head = [
      this.in(DIM, String(time).slice(11, 23)),
      this.in(COLOURS[name] ?? '', name.toUpperCase().padEnd(5)),
      where + plain(String(msg)),
      ...(details.length > 0 ? [this.in(DIM, plain(details.join(' ')))] : []),
    ];
    const trace = (err as { stack?: string } | undefined)?.stack ?? stack;
    this.out.write(`${head.join(' ')}\n${typeof trace === 'string' ? `${this.in(DIM, plain(trace))}\n` : ''}`);
  }

  private in(colour: string, text: string): string {
    return this.colours && colour !== '' ? colour + text + RESET : text;
  }
}

const plain = (text: string): string =>
  text.replaceAll(CONTROLS, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
