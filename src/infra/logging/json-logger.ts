import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import type { AppConfig } from '../../config/index.js';
import { INSTANCE } from '../instance-name.js';
import { PrettyLines } from './pretty-lines.js';

interface Output {
  isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/**
 * Nest's logger port over pino: one JSON object a line, or lines for people where they are written to a terminal.
 * nestjs-pino would do the same but asks for Node 22.
 */
export class JsonLogger implements LoggerService {
  readonly pino: Logger;

  /** @param out what is written to; by default stdout, past its buffers */
  constructor({ logLevel, region, logFormat }: Pick<AppConfig, 'logLevel' | 'region' | 'logFormat'>, out?: Output) {
    const { isTTY } = out ?? process.stdout;
    const pretty = (logFormat ?? (isTTY === true ? 'pretty' : 'json')) === 'pretty';
    const options = {
      level: logLevel,
      base: { region, instance: INSTANCE },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level: string) => ({ level }) },
    };
    if (pretty) this.pino = pino(options, new PrettyLines(out ?? process.stdout, isTTY === true));
    else this.pino = out ? pino(options, out) : pino(options);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(isWiring(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the context last and, for errors, a stack or an `Error` before it. */
  private write(level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace', message: unknown, rest: unknown[]) {
    const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : undefined;
    const details = context === undefined ? rest : rest.slice(0, -1);
    const err = [message, ...details].find((part) => part instanceof Error);
    const stack = details.find((part) => typeof part === 'string' && part.includes('\n'));
    const fields = Object.assign({}, ...details.filter(isPlainObject)) as Record<string, unknown>;
    this.pino[level](
      { ...fields, ...(context && { context }), ...(err && { err }), ...(stack !== undefined && { stack }) },
      message instanceof Error ? message.message : typeof message === 'string' ? message : JSON.stringify(message),
    );
  }
}

/**
 * Contexts under which Nest tells at its start, a line each, what it has wired: two hundred lines without use to an
 * operator.
 */
const WIRING = new Set(['InstanceLoader', 'NestFactory', 'RouterExplorer', 'RoutesResolver', 'WebSocketsController']);

function isWiring(context: unknown): boolean {
  return typeof context === 'string' && WIRING.has(context);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Error);
}
