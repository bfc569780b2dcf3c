/** Names and shapes of the messages; clients share them, so they are kept in contracts. */
export {
  CLOSING,
  EXCEPTION,
  type ExceptionMessage,
  NOTIFICATION,
  type NotRecovered,
  SUBSCRIBE,
  SUBSCRIBED,
  type SubscriptionConfirmed,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  type UnsubscriptionConfirmed,
} from '../../contracts/index.js';
