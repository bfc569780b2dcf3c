import { ConfigError } from './config-error.js';
import type { Variables } from './variables.js';

/** Where spans go, by the variables that OpenTelemetry defines. */
export interface TelemetryConfig {
  /** Of OTLP over HTTP, for spans. */
  url: string;
  headers: Record<string, string>;
  serviceName: string;
  resource: Record<string, string>;
  /** Of traces that begin here; those that a client has begun are as it says. */
  ratio: number;
}

/**
 * Null unless `OTEL_EXPORTER_OTLP_ENDPOINT` or `…_TRACES_ENDPOINT` is set, and nothing turns it off.
 * Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function telemetryConfig(variables: Variables): TelemetryConfig | null {
  const base = variables.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']);
  const traces = variables.url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', ['http:', 'https:']);
  const headers = pairs(variables, 'OTEL_EXPORTER_OTLP_HEADERS');
  const { 'service.name': named, ...resource } = pairs(variables, 'OTEL_RESOURCE_ATTRIBUTES');
  const serviceName = variables.text('OTEL_SERVICE_NAME') ?? named ?? 'mandi-inventory-sync';
  const sampler = variables.oneOf('OTEL_TRACES_SAMPLER', SAMPLERS, 'parentbased_always_on');
  const share = Number(variables.text('OTEL_TRACES_SAMPLER_ARG', '1'));
  if (!(share >= 0 && share <= 1)) throw new ConfigError('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1');
  const isOff =
    variables.text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' ||
    variables.oneOf('OTEL_TRACES_EXPORTER', ['otlp', 'none'], 'otlp') === 'none';
  const url = traces ?? (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`);
  if (isOff || url === undefined) return null;
  const ratio = sampler.endsWith('off') ? 0 : sampler.endsWith('ratio') ? share : 1;
  return { url, headers, serviceName, resource, ratio };
}

const SAMPLERS = ['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const;

/** `name=value,other=value`, percent-encoded. */
function pairs(variables: Variables, name: string): Record<string, string> {
  const found = variables.list(name).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new ConfigError(`${name} must be name=value pairs, separated by commas`);
    return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const;
  });
  return Object.fromEntries(found);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
