import { Injectable } from '@nestjs/common';
import type { LogCursor } from '../../contracts/index.js';
import { EventReaction, type NewEpochHandler } from '../../events/index.js';
import { SUBSCRIBED, type SubscriptionConfirmed } from '../protocol/messages.js';
import { roomName } from '../protocol/rooms.js';
import { Sessions } from '../sessions/sessions.js';
import { RecentEvents } from './recent-events.js';

/**
 * The log was set back, so clients know changes that have never been. Each gets its rooms' confirmations again with
 * `recovered: false` and `reason: 'epoch_changed'`, before the first event of the new epoch, and keeps its connection:
 * to break it would bring all of them back at once.
 */
@Injectable()
@EventReaction({ to: 'newEpoch', order: 50 })
export class NewEpoch implements NewEpochHandler {
  constructor(
    private readonly sessions: Sessions,
    private readonly recent: RecentEvents,
  ) {}

  onNewEpoch(began: LogCursor): void {
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
