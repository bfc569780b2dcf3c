/**
 * Collects what comes between two frames and hands it over at once, so that a screen is drawn as often as it can be
 * shown, however much happens. A hidden page has no frames: there it is handed over once a second.
 */
export class PerFrame<Item> {
  private items: Item[] = [];
  private cancel: (() => void) | undefined;

  /** @param most keep the newest so many, for screens that show no more */
  constructor(
    private readonly deliver: (items: Item[]) => void,
    private readonly most = Number.POSITIVE_INFINITY,
  ) {}

  add(item: Item): void {
    this.items.push(item);
    if (this.items.length > 2 * this.most) this.items.splice(0, this.items.length - this.most);
    if (this.cancel) return;
    const flush = (): void => {
      this.cancel = undefined;
      const items = this.items;
      this.items = [];
      this.deliver(items);
    };
    if (document.hidden) {
      const timer = setTimeout(flush, 1_000);
      this.cancel = () => clearTimeout(timer);
    } else {
      const frame = requestAnimationFrame(flush);
      this.cancel = () => cancelAnimationFrame(frame);
    }
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.items = [];
  }
}
