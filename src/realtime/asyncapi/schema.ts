/** A JSON schema (draft 7), as AsyncAPI 3 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

type OptionalKeys<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T];

/** All fields of a type and no others; the compiler sees to it that none is forgotten. */
export type Fields<T> = { [Key in keyof Required<T>]: Schema };

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

export function object<T>(properties: Fields<T>, optional: readonly OptionalKeys<T>[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !(optional as readonly string[]).includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

export const text = (description?: string): Schema => ({ type: 'string', ...(description && { description }) });

export const oneOfTexts = (values: readonly string[], description?: string): Schema => ({
  type: 'string',
  enum: values,
  ...(description && { description }),
});

export const count = (description: string, minimum = 0): Schema => ({ type: 'integer', minimum, description });
