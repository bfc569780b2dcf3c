/** A JSON schema (2020-12), as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Ref {
  readonly $ref: string;
}

export interface Example {
  summary: string;
  value: unknown;
}

export type Examples = Readonly<Record<string, Example>>;

export interface MediaType {
  schema: Schema;
  examples?: Examples;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description: string;
  schema: Schema;
  examples: Examples;
}

/** `required`: no answer of this kind is without it. */
export interface Header {
  description: string;
  required?: boolean;
  schema: Schema;
  example: unknown;
}

export interface Response {
  description: string;
  headers?: Readonly<Record<string, Ref>>;
  content?: Readonly<Record<string, MediaType>>;
}

export interface RequestBody {
  required: true;
  description?: string;
  content: Readonly<Record<string, MediaType>>;
}

/** Each element is an alternative; the list of a scheme names the role it needs. */
export type Security = readonly Readonly<Record<string, readonly string[]>>[];

export interface Operation {
  operationId: string;
  tags: readonly [string];
  summary: string;
  description?: string;
  /** Empty: open to all. */
  security: Security;
  parameters?: readonly Ref[];
  requestBody?: RequestBody;
  responses: Readonly<Record<string, Response | Ref>>;
}

export type Paths = Readonly<
  Record<string, Readonly<Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', Operation>>>>
>;
