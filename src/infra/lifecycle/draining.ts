import { Injectable } from '@nestjs/common';

/** Whether the instance is on its way out: it still answers, but asks for no more to be sent to it. */
@Injectable()
export class Draining {
  private begun = false;

  get active(): boolean {
    return this.begun;
  }

  begin(): void {
    this.begun = true;
  }
}
