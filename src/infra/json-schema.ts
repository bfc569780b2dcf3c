/** Builders of JSON schemas, for the API's descriptions. */

export type Schema = Readonly<Record<string, unknown>>;

export type OptionalKeys<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T];

/** All fields of a type and no others; the compiler sees to it that none is forgotten. */
export type Fields<T> = { [Key in keyof Required<T>]: Schema };

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** An object with these fields and no others. */
export function object<T>(
  properties: Fields<T>,
  optional: readonly OptionalKeys<T>[] = [],
  description?: string,
): Schema {
  const required = Object.keys(properties).filter((name) => !(optional as readonly string[]).includes(name));
  return {
    type: 'object',
    ...(description && { description }),
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

export const count = (description: string, minimum = 0): Schema => ({ type: 'integer', minimum, description });

export const oneOfTexts = (values: readonly string[], description?: string): Schema => ({
  type: 'string',
  enum: values,
  ...(description && { description }),
});
