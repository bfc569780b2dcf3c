import { PRICE_SERIES } from './series-projection.js';

/** SQL of the position up to which the tables hold what the log says, in the same snapshot. */
export const SERIES_POSITION = `
    (SELECT c.position FROM projection_builds b
     JOIN consumer_partitions c ON c.consumer = b.projection || '.' || b.id AND c.partition = 0
     WHERE b.projection = '${PRICE_SERIES}' AND b.status = 'live')`;
