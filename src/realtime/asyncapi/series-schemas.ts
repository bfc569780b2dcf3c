import {
  NOT_RECOVERED,
  type SeriesPoint,
  type SeriesSubscriptionConfirmed,
  type SeriesUnsubscriptionConfirmed,
  type SeriesUpdated,
  type SubscribeSeriesMessage,
} from '../../contracts/index.js';
import { MAX_SLUG, SLUG } from '../../validation/index.js';
import { count, object, oneOfTexts, ref, type Schema, text } from './schema.js';

const commodity: Schema = { type: 'string', pattern: SLUG.source, maxLength: MAX_SLUG, description: 'Of the products' };
const state: Schema = { type: ['string', 'null'], description: 'As vendors spell it; null: the whole country' };
const asked: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  description: 'Without it the whole country; whatever the case, in any script, also by another name',
};
const epoch: Schema = { type: 'string', format: 'uuid', description: 'Of the log' };
const day = (description: string): Schema => ({ type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$', description });
const price = (description: string): Schema => ({ type: ['number', 'null'], minimum: 0, description });

/** Messages of series that are kept up to date. */
export const SERIES_SCHEMAS: Readonly<Record<string, Schema>> = {
  SubscribeSeriesRequest: object<SubscribeSeriesMessage>({ commodity, state: asked, since: ref('LogCursor') }, [
    'state',
    'since',
  ]),
  UnsubscribeSeriesRequest: object<Omit<SubscribeSeriesMessage, 'since'>>({ commodity, state: asked }, ['state']),

  SeriesSubscriptionConfirmed: object<SeriesSubscriptionConfirmed>(
    {
      commodity,
      state,
      epoch,
      position: count('Every point that changes after this position arrives, as it is then'),
      recovered: { type: 'boolean', description: 'Whether everything after `since` has been or will be sent' },
      replayed: count('Points sent again'),
      reason: oneOfTexts(
        NOT_RECOVERED,
        'Why the client has to fetch all anew: `epoch_changed`: `since` is of another log, or, without a request, the database ' +
          'was set back; `too_old`: more has changed than is sent again',
      ),
    },
    ['reason'],
  ),
  SeriesUnsubscriptionConfirmed: object<SeriesUnsubscriptionConfirmed>({ commodity, state }),

  SeriesUpdated: object<SeriesUpdated>({
    commodity,
    state,
    unit: text('`quintal` for what is sold by weight, else `piece`, `litre` or the unit itself'),
    currency: text('ISO 4217'),
    point: ref('SeriesPoint'),
    position: count('At which it has changed'),
  }),

  SeriesPoint: object<SeriesPoint>(
    {
      from: day('The day'),
      to: day('The same'),
      min: price('Lowest price reported'),
      max: price('Highest price reported'),
      first: price('As `mean`'),
      last: price('As `mean`'),
      mean: price('Of the modal prices, each report counting as one'),
      weightedMean: price('Of the modal prices of reports with arrivals, by what arrived'),
      median: price('Of the modal prices'),
      arrivalsKg: price('What has arrived; null if no report says so'),
      reports: count('One is of one product of one market'),
      markets: count('Markets that have reported'),
      reportingShare: {
        type: ['number', 'null'],
        minimum: 0,
        maximum: 1,
        description: 'How much of what the place normally reports on such a day has been reported; null if unknown',
      },
      suspicious: count('Reports with a jump of the price, which are in no figure'),
    },
    [],
    'A point with neither `reports` nor `suspicious` ones is one no more',
  ),
};
