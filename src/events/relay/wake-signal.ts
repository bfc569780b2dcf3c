/**
 * Lets one loop sleep until it is woken or a time has passed. A wake while it works is remembered. The loop goes on at the end
 * of the turn: first whoever is answered in this turn, then the loop's own work.
 */
export class WakeSignal {
  private woken = false;
  private resume: (() => void) | null = null;

  wake(): void {
    this.woken = true;
    this.resume?.();
    this.resume = null;
  }

  async wait(milliseconds: number): Promise<void> {
    if (!this.woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.resume = () => {
          clearTimeout(timer);
          setImmediate(resolve);
        };
      });
      this.resume = null;
    }
    this.woken = false;
  }
}
