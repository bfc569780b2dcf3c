import { openApiDocument } from '../../../src/openapi/index.js';
import type { Header, MediaType, Operation, Parameter, Ref, Response, Schema } from '../../../src/openapi/types.js';

/** An operation with whatever it refers to. */
export interface Described {
  /** `createVendor`. */
  id: string;
  method: string;
  /** With `{id}`. */
  path: string;
  operation: Operation;
  parameters: readonly Parameter[];
  body: { type: string; media: MediaType } | undefined;
  responses: ReadonlyMap<number, Response>;
}

export const DOCUMENT = openApiDocument();

/** What a reference leads to, or the thing itself. */
export function resolve<T>(it: T | Ref): T {
  const { $ref } = it as Partial<Ref>;
  if ($ref === undefined) return it as T;
  const keys = $ref.replace('#/', '').split('/');
  const found = keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], DOCUMENT);
  if (found === undefined) throw new Error(`${$ref} leads nowhere`);
  return found as T;
}

export const OPERATIONS: readonly Described[] = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => describe(method, path, operation)),
);

export function operationOf(id: string): Described {
  const found = OPERATIONS.find((one) => one.id === id);
  if (!found) throw new Error(`There is no operation ${id}`);
  return found;
}

export const isApi = ({ path }: Described): boolean => path.startsWith('/api/');

/** Codes of the problems an operation is answered with, as the examples say, by status. */
export function problemCodes({ responses }: Described): [number, string[]][] {
  return [...responses].flatMap(([status, { content }]) => {
    const examples = content?.['application/problem+json']?.examples;
    if (!examples) return [];
    return [[status, Object.values(examples).map(({ value }) => (value as { code: string }).code)]];
  });
}

export const headersOf = (response: Response): [string, Header][] =>
  Object.entries(response.headers ?? {}).map(([name, header]) => [name, resolve<Header>(header)]);

/** The query parameters of an operation as one object. */
export function querySchema({ parameters }: Described): Schema {
  const query = parameters.filter((parameter) => parameter.in === 'query');
  return {
    type: 'object',
    properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
    required: query.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}

function describe(method: string, path: string, operation: Operation): Described {
  const [body] = Object.entries(operation.requestBody?.content ?? {});
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    operation,
    parameters: (operation.parameters ?? []).map((one) => resolve<Parameter>(one)),
    body: body && { type: body[0], media: body[1] },
    responses: new Map(
      Object.entries(operation.responses).map(([status, one]) => [Number(status), resolve<Response>(one)]),
    ),
  };
}
