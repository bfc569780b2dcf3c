/** Whether two values are the same JSON, whatever the order of an object's members. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const [ones, others] = [membersOf(one), membersOf(other)];
  return ones.length === others.length && ones.every((name) => name in other && same(one[name], other[name]));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** JSON has no `undefined`. */
const membersOf = (value: Record<string, unknown>): string[] =>
  Object.keys(value).filter((name) => value[name] !== undefined);
