import { Logger } from '@nestjs/common';

/** Work that is done again and again in the background, never twice at a time; what fails is tried at its next turn. */
export class PeriodicJob {
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> | undefined;

  /**
   * @param name for the log
   * @param every milliseconds
   */
  constructor(name: string, every: number, work: () => Promise<void>) {
    const logger = new Logger(name);
    this.timer = setInterval(() => {
      this.running ??= work()
        .catch((error: unknown) => logger.debug(error))
        .finally(() => (this.running = undefined));
    }, every).unref();
  }

  /** Resolves when what is under way has come to its end. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}
