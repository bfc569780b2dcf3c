import type { AppConfig } from '../../config/index.js';
import {
  CLOSING,
  EXCEPTION,
  NAMESPACE,
  NOTIFICATION,
  SERIES_SUBSCRIBED,
  SERIES_UNSUBSCRIBED,
  SERIES_UPDATED,
  SUBSCRIBE,
  SUBSCRIBE_SERIES,
  SUBSCRIBED,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  UNSUBSCRIBE_SERIES,
} from '../../contracts/index.js';
import { MESSAGE_LIMIT } from '../gateway/inventory.gateway.js';
import { TOO_MANY_CONNECTIONS } from '../limits/connection-limit.js';
import { BURST, MAX_REQUEST, PER_SECOND } from '../limits/request-limit.js';
import { MAX_SUBSCRIPTIONS } from '../recovery/room-subscriber.js';
import { GIVE_UP_AFTER } from '../slow-clients/slow-clients.js';
import { ref } from './schema.js';
import { SCHEMAS } from './schemas.js';

interface Message {
  /** Name of its schema; without one nothing is sent along. */
  payload?: string;
  summary: string;
}

const MESSAGES: Readonly<Record<string, Message>> = {
  [SUBSCRIBE]: { payload: 'SubscribeRequest', summary: 'Asks for the events of a room, with `since` from there on' },
  [UNSUBSCRIBE]: { payload: 'UnsubscribeRequest', summary: 'Asks for no more events of a room' },
  [SUBSCRIBED]: {
    payload: 'SubscriptionConfirmed',
    summary: 'The room is joined; without a request: a client that reads slowly was left out of something',
  },
  [UNSUBSCRIBED]: { payload: 'UnsubscriptionConfirmed', summary: 'The room is left' },
  [NOTIFICATION]: {
    payload: 'InventoryEvent',
    summary: 'A product has changed, or the vendor of a room; once for all rooms of a client',
  },
  [SUBSCRIBE_SERIES]: {
    payload: 'SubscribeSeriesRequest',
    summary: 'Asks for the points of a series by day that change, with `since` for those that have changed since then',
  },
  [UNSUBSCRIBE_SERIES]: { payload: 'UnsubscribeSeriesRequest', summary: 'Asks for no more points of a series' },
  [SERIES_SUBSCRIBED]: {
    payload: 'SeriesSubscriptionConfirmed',
    summary: 'Points that change from now on are sent; without a request: the log was set back, so fetch all anew',
  },
  [SERIES_UNSUBSCRIBED]: { payload: 'SeriesUnsubscriptionConfirmed', summary: 'No more points of the series are sent' },
  [SERIES_UPDATED]: { payload: 'SeriesUpdated', summary: 'A point of a series, as it is now' },
  [EXCEPTION]: { payload: 'Exception', summary: 'A request was refused, or the connection is about to be ended' },
  [CLOSING]: { summary: 'The instance is shutting down: the connection ends next; connect again' },
};

const inChannel = (name: string): object => ({ $ref: `#/channels/inventory/messages/${name}` });

function operation(action: 'send' | 'receive', message: string, answer?: string): object {
  return {
    action,
    channel: { $ref: '#/channels/inventory' },
    summary: MESSAGES[message]!.summary,
    messages: [inChannel(message)],
    ...(answer && {
      reply: { channel: { $ref: '#/channels/inventory' }, messages: [inChannel(answer), inChannel(EXCEPTION)] },
    }),
  };
}

function description(config: AppConfig): string {
  return [
    `Socket.IO 4, namespace \`${NAMESPACE}\`. The name of a message is the name of the Socket.IO event, its payload the`,
    'first argument. The reply to a request is sent as a message of its own and as the acknowledgement, if one is asked',
    'for.',
    `A socket may be in ${MAX_SUBSCRIPTIONS} rooms, follow as many series, and send ${BURST} requests at once and`,
    `${PER_SECOND} a second over`,
    `time, each of at most ${MAX_REQUEST} characters; a message of more than ${MESSAGE_LIMIT} bytes ends the connection.`,
    `After a reconnection at most ${config.replayEvents} events or ${config.replayBytes} bytes are sent again. A client`,
    `that has more than ${config.sendBufferBytes} bytes waiting is sent the newest event of each product and vendor once it has`,
    `read them; after ${GIVE_UP_AFTER / 1_000} seconds without reading it is disconnected.`,
    ...(config.maxConnectionsPerAddress > 0
      ? [
          `An address may have ${config.maxConnectionsPerAddress} connections; one more is refused with a \`connect_error\``,
          `whose \`data\` is an exception with the code \`${TOO_MANY_CONNECTIONS}\`.`,
        ]
      : []),
  ].join(' ');
}

/**
 * The WebSocket side as an AsyncAPI 3.0 document; operations are the server's: it receives requests, sends the rest.
 */
export function asyncApiDocument(config: AppConfig): object {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Mandi Inventory Sync', version: '1', description: description(config) },
    defaultContentType: 'application/json',
    servers: {
      self: { host: `${config.host}:${config.port}`, pathname: '/socket.io/', protocol: 'ws' },
    },
    channels: {
      inventory: {
        address: NAMESPACE,
        title: 'Changes of products, by room',
        servers: [{ $ref: '#/servers/self' }],
        messages: Object.fromEntries(
          Object.keys(MESSAGES).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
      },
    },
    operations: {
      subscribe: operation('receive', SUBSCRIBE, SUBSCRIBED),
      unsubscribe: operation('receive', UNSUBSCRIBE, UNSUBSCRIBED),
      notify: operation('send', NOTIFICATION),
      confirmSubscription: operation('send', SUBSCRIBED),
      confirmUnsubscription: operation('send', UNSUBSCRIBED),
      refuse: operation('send', EXCEPTION),
      subscribeSeries: operation('receive', SUBSCRIBE_SERIES, SERIES_SUBSCRIBED),
      unsubscribeSeries: operation('receive', UNSUBSCRIBE_SERIES, SERIES_UNSUBSCRIBED),
      updateSeries: operation('send', SERIES_UPDATED),
      confirmSeries: operation('send', SERIES_SUBSCRIBED),
      confirmSeriesEnd: operation('send', SERIES_UNSUBSCRIBED),
      close: operation('send', CLOSING),
    },
    components: {
      messages: Object.fromEntries(
        Object.entries(MESSAGES).map(([name, { payload, summary }]) => [
          name,
          { name, summary, ...(payload && { payload: ref(payload) }) },
        ]),
      ),
      schemas: SCHEMAS,
    },
  };
}
