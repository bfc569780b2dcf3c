import { io, type Socket } from 'socket.io-client';
import type { InventoryEvent, LogCursor } from '../../../src/contracts/index.js';
import type { Instance } from './instance.js';

export type Room = { type: 'general' } | { type: 'vendor'; vendorId: string } | { type: 'category'; category: string };

/** What came after `from` without a break that the server admitted. */
export interface Stretch {
  from: number;
  seen: Pick<InventoryEvent, 'position' | 'eventId'>[];
}

interface Confirmation extends LogCursor {
  room: string;
  recovered: boolean;
  reason?: string;
}

const RECONNECT_AFTER = 50;
const ANSWER_WITHIN = 5_000;

/**
 * A screen in one room: when its connection breaks it goes to any instance and asks for all since its last position.
 */
export class Listener {
  readonly stretches: Stretch[] = [];
  /** Reasons for which it was told to refetch. */
  readonly refetches: string[] = [];
  reconnects = 0;
  private socket: Socket | undefined;
  private cursor: LogCursor | undefined;
  private closed = false;
  private turn = Math.floor(Math.random() * 1_000);

  constructor(
    readonly room: Room,
    private readonly targets: () => readonly Instance[],
  ) {}

  /** Nothing up to here is missing. */
  get position(): number {
    return this.cursor?.position ?? 0;
  }

  get listening(): boolean {
    return this.stretches.length > 0 && this.socket?.connected === true;
  }

  connect(): void {
    if (this.closed) return;
    const targets = this.targets();
    this.turn += 1;
    const target = targets[this.turn % targets.length];
    if (!target) return this.reconnect();
    const socket = io(`${target.url}/inventory`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: 2_000,
    });
    this.socket = socket;
    /** What came before the confirmation: replayed, or already live. */
    const early: InventoryEvent[] = [];
    let confirmed = false;
    socket.on('inventory_notification', (event: InventoryEvent) => {
      if (confirmed) this.take(event);
      else early.push(event);
    });
    const again = (): void => {
      if (this.socket !== socket) return;
      // A client whose connection breaks in the middle of a replay has seen what it has seen.
      if (!confirmed && this.cursor) for (const event of early) this.take(event);
      socket.removeAllListeners();
      socket.disconnect();
      this.socket = undefined;
      this.reconnect();
    };
    socket.on('connect_error', again);
    socket.on('disconnect', again);
    socket.on('connect', () => {
      const request = { ...this.room, ...(this.cursor && { since: this.cursor }) };
      socket
        .timeout(ANSWER_WITHIN)
        .emitWithAck('subscribe_inventory', request)
        .then((answer: Confirmation) => {
          if (this.socket !== socket) return;
          if (typeof answer.room !== 'string') return again();
          this.confirm(answer);
          confirmed = true;
          for (const event of early) if (answer.recovered || event.position > answer.position) this.take(event);
          if (this.cursor!.position < answer.position) this.cursor = cursorOf(answer);
        }, again);
    });
  }

  close(): void {
    this.closed = true;
    this.socket?.removeAllListeners();
    this.socket?.disconnect();
  }

  private confirm(answer: Confirmation): void {
    if (this.cursor && answer.recovered) return;
    if (this.cursor) this.refetches.push(answer.reason ?? 'no reason given');
    this.stretches.push({ from: answer.position, seen: [] });
    this.cursor = cursorOf(answer);
  }

  private take({ epoch, position, eventId }: InventoryEvent): void {
    this.stretches.at(-1)!.seen.push({ position, eventId });
    this.cursor = { epoch, position };
  }

  private reconnect(): void {
    this.reconnects += 1;
    setTimeout(() => this.connect(), RECONNECT_AFTER);
  }
}

function cursorOf({ epoch, position }: LogCursor): LogCursor {
  return { epoch, position };
}
