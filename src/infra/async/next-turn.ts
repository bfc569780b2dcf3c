/**
 * Shares one piece of work among all who ask for it before it begins, in the next turn of the event loop. So none of
 * them gets an answer that is older than its question.
 */
export class NextTurn<Result> {
  private next: Promise<Result> | undefined;

  constructor(private readonly work: () => Promise<Result>) {}

  ask(): Promise<Result> {
    this.next ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.next = undefined;
      return this.work();
    });
    return this.next;
  }
}
