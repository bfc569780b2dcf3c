import { UseFilters } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import type { Socket } from 'socket.io';
import {
  SERIES_UNSUBSCRIBED,
  type SeriesSubscriptionConfirmed,
  type SeriesUnsubscriptionConfirmed,
  SUBSCRIBE_SERIES,
  UNSUBSCRIBE_SERIES,
} from '../../contracts/index.js';
import { GATEWAY_OPTIONS, RequestLimit, WsProblemFilter } from '../../realtime/index.js';
import { SeriesFeed } from './series-feed.js';
import { parseSeriesRequest } from './series-request.js';
import { SeriesSubscriber, shown } from './series-subscriber.js';

/** The same namespace as that of rooms: turns messages into subscriptions of series. */
@WebSocketGateway(GATEWAY_OPTIONS)
@UseFilters(WsProblemFilter)
export class SeriesGateway implements OnGatewayDisconnect {
  constructor(
    private readonly subscriber: SeriesSubscriber,
    private readonly feed: SeriesFeed,
    private readonly requestLimit: RequestLimit,
  ) {}

  handleDisconnect(socket: Socket): void {
    this.feed.subscriptions.removeAll(socket);
  }

  @SubscribeMessage(SUBSCRIBE_SERIES)
  async subscribe(
    @ConnectedSocket() socket: Socket,
    @MessageBody() payload: unknown,
  ): Promise<SeriesSubscriptionConfirmed> {
    this.requestLimit.check(socket, payload);
    return this.subscriber.subscribe(socket, parseSeriesRequest(payload, { since: true }));
  }

  @SubscribeMessage(UNSUBSCRIBE_SERIES)
  async unsubscribe(
    @ConnectedSocket() socket: Socket,
    @MessageBody() payload: unknown,
  ): Promise<SeriesUnsubscriptionConfirmed> {
    this.requestLimit.check(socket, payload);
    const confirmed = shown(await this.subscriber.unsubscribe(socket, parseSeriesRequest(payload, { since: false })));
    socket.emit(SERIES_UNSUBSCRIBED, confirmed);
    return confirmed;
  }
}
