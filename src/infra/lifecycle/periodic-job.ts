import { Logger } from '@nestjs/common';

/** Work that is done again and again in the background, never twice at a time; what fails is tried at its next turn. */
export class PeriodicJob {
  /** Does the work at once, unless it is under way; the next turn comes when it would anyway. */
  readonly now: () => void;
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> | undefined;

  /**
   * @param name for the log
   * @param every milliseconds
   */
  constructor(name: string, every: number, work: () => Promise<void>) {
    const logger = new Logger(name);
    this.now = () => {
      this.running ??= work()
        .catch((error: unknown) => logger.debug(error))
        .finally(() => (this.running = undefined));
    };
    this.timer = setInterval(this.now, every).unref();
  }

  /** Resolves when what is under way has come to its end. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}
