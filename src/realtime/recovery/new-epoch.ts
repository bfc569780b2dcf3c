import { Injectable } from '@nestjs/common';
import type { LogCursor } from '../../contracts/index.js';
import { LogHistory } from '../../events/index.js';
import { SUBSCRIBED, type SubscriptionConfirmed } from '../messages.js';
import { roomName } from '../rooms.js';
import { Sessions } from '../sessions/sessions.js';
import { RecentEvents } from './recent-events.js';

/**
 * The log was set back, so clients know changes that have never been. Each gets its rooms' confirmations again with
 * `recovered: false` and `reason: 'epoch_changed'`, before the first event of the new epoch, and keeps its connection:
 * to break it would bring all of them back at once.
 */
@Injectable()
export class NewEpoch {
  constructor(
    private readonly sessions: Sessions,
    private readonly recent: RecentEvents,
    history: LogHistory,
  ) {
    history.onNewEpoch((began) => this.begin(began));
  }

  private begin(began: LogCursor): void {
    this.recent.clear();
    for (const session of this.sessions) {
      session.restart(began.position);
      for (const room of session.rooms) {
        const confirmed: SubscriptionConfirmed = {
          ...room,
          room: roomName(room),
          ...began,
          recovered: false,
          replayed: 0,
          reason: 'epoch_changed',
        };
        session.socket.emit(SUBSCRIBED, confirmed);
      }
    }
  }
}
