/** Collects conditions and their parameters, so that no value ever gets into the text of a statement. */
export class SqlBuilder {
  readonly values: unknown[] = [];
  private readonly conditions: string[] = [];

  /** @returns the placeholder, such as `$3` */
  bind(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** Adds a condition if its value is given. */
  when<Value>(value: Value | undefined, condition: (placeholder: string) => string): this {
    if (value !== undefined) this.conditions.push(condition(this.bind(value)));
    return this;
  }

  where(condition: string): this {
    this.conditions.push(condition);
    return this;
  }

  get whereClause(): string {
    return this.conditions.length === 0 ? '' : `WHERE ${this.conditions.join(' AND ')}`;
  }
}
