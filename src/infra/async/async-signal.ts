/** Lets one loop sleep until it is woken or a time has passed. A wake while it works is remembered. */
export class AsyncSignal {
  private woken = false;
  private resume: (() => void) | null = null;

  wake(): void {
    this.woken = true;
    this.resume?.();
  }

  /** Forgets a wake whose reason has gone. */
  forget(): void {
    this.woken = false;
  }

  async wait(milliseconds: number): Promise<void> {
    if (!this.woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.resume = null;
    }
    this.woken = false;
  }
}
