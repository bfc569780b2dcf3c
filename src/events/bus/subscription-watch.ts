/** Probes in a row that find nothing heard, after which the subscription counts as dead. */
const MOST_QUIET_PROBES = 3;

/**
 * Knows from this process's own messages, which the transport brings back to it, whether its subscription lives. A
 * connection can stay open and answer commands while the subscription is gone, behind a proxy that has changed servers,
 * and a publisher and a subscriber may have ended up at different ones.
 */
export class SubscriptionWatch {
  private heard = false;
  private quietProbes = 0;
  /** Of the quiet probes, those after an echo that Redis had accepted. */
  private lostEchoes = 0;
  private accepted = false;

  /**
   * @param echo publishes a message that only comes back; rejects if Redis hasn't accepted it
   * @param renew makes both connections anew
   */
  constructor(
    private readonly echo: () => Promise<void>,
    private readonly renew: () => void,
  ) {}

  /** False from the third second on in which nothing was heard. */
  get alive(): boolean {
    return this.quietProbes < MOST_QUIET_PROBES;
  }

  /** A message of this process, or the confirmation of the subscription, has arrived. */
  heardOwn(): void {
    this.heard = true;
    this.quietProbes = 0;
    this.lostEchoes = 0;
  }

  /** Call once a second while both connections are ready. A process that publishes anyway needs no echo. */
  probe(): void {
    const { heard, accepted } = this;
    [this.heard, this.accepted] = [false, false];
    if (heard) return;
    this.quietProbes += 1;
    // A refused echo says nothing about the subscription, and a silent connection is noticed elsewhere.
    if (accepted) this.lostEchoes += 1;
    if (this.lostEchoes >= MOST_QUIET_PROBES) {
      this.lostEchoes = 0;
      this.renew();
      return;
    }
    this.echo().then(
      () => (this.accepted = true),
      () => undefined,
    );
  }
}
