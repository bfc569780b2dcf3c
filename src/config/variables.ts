import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a setting is, and where that comes from. */
export interface Setting {
  name: string;
  /** As text; undefined if it is not set, and has no default. */
  value: string | undefined;
  from: 'environment' | '.env' | 'default';
  /** `NAME_FILE`, if the value stands in the file that this variable names. */
  variable?: string;
}

/** Typed reading of environment variables; an empty value counts as absent. `NAME_FILE`: a file that has the value. */
export class Variables {
  /** All that have been asked for, in that order. */
  readonly settings = new Map<string, Setting>();

  /** @param file what `.env` says; the environment counts before it */
  constructor(
    private readonly env: Environment,
    private readonly file: Environment = {},
  ) {}

  /** The names of all variables that are set. */
  get names(): string[] {
    return [...new Set([...Object.keys(this.env), ...Object.keys(this.file)])];
  }

  text(name: string): string | undefined;
  text(name: string, fallback: string): string;
  text(name: string, fallback?: string): string | undefined {
    const value = this.given(name);
    if (value === undefined) this.settings.set(name, { name, value: fallback, from: 'default' });
    return value ?? fallback;
  }

  private given(name: string): string | undefined {
    for (const [source, from] of [[this.env, 'environment'] as const, [this.file, '.env'] as const]) {
      if (source[name] === undefined && source[`${name}_FILE`] === undefined) continue;
      const { value, variable } = valueOf(name, source);
      if (value === undefined) return undefined;
      this.settings.set(name, { name, value, from, ...(variable !== undefined && { variable }) });
      return value;
    }
    return undefined;
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const value = this.text(name, String(fallback));
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      throw new ConfigError(`${name} must be an integer from ${min} to ${max}, not "${value}"`);
    }
    return number;
  }

  /** Such as `90` or `90d`. */
  days(name: string, max: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const days = /^\d{1,6}d?$/.test(value) ? Number.parseInt(value, 10) : Number.NaN;
    if (!(days >= 1 && days <= max)) {
      throw new ConfigError(`${name} must be days from 1d to ${max}d, not "${value}"`);
    }
    return days;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value === 'true' || value === '1') return true;
    if (value === 'false' || value === '0') return false;
    throw new ConfigError(`${name} must be true or false, not "${value}"`);
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = this.text(name, fallback);
    const choice = choices.find((known) => known === value);
    if (choice === undefined) throw new ConfigError(`${name} must be one of ${choices.join(', ')}, not "${value}"`);
    return choice;
  }

  /** What is separated by commas; none when absent. */
  list(name: string): string[] {
    const parts = this.text(name)?.split(',') ?? [];
    return parts.map((part) => part.trim()).filter((part) => part !== '');
  }

  /** By its IANA name: an offset such as +05:30 means the contrary to PostgreSQL. */
  timezone(name: string, fallback: string): string {
    const value = this.text(name, fallback);
    if (!/^[A-Za-z]/.test(value) || !isTimezone(value)) {
      throw new ConfigError(`${name} must be a time zone such as Asia/Kolkata, not "${value}"`);
    }
    return value;
  }

  url(name: string, protocols: readonly string[]): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    // The value may hold a password, so the message doesn't repeat it.
    if (parsed === undefined || !protocols.includes(parsed.protocol)) {
      throw new ConfigError(`${name} must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`);
    }
    return value;
  }
}

function valueOf(name: string, source: Environment): { value: string | undefined; variable?: string } {
  const value = source[name]?.trim();
  const variable = `${name}_FILE`;
  const path = source[variable]?.trim();
  if (path === undefined || path === '') return { value: value === '' ? undefined : value };
  if (value !== undefined && value !== '') throw new ConfigError(`${name} and ${variable} exclude each other`);
  try {
    return { value: readFileSync(path, 'utf8').trim() || undefined, variable };
  } catch (error) {
    throw new ConfigError(`${variable} can't be read: ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
