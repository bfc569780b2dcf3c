// Preloaded with `--import` into an instance: a durable consumer that notes each event it handles in the table `handled`,
// in the transaction of its checkpoint. As a provider of the consumers' module it is found as any other is.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const built = new URL('./consumers/index.js', pathToFileURL(resolve(process.argv[1])));
const { ConsumersModule, EventConsumer } = await import(built.href);

const NOTE = {
  name: 'note-handled',
  text: 'INSERT INTO handled (key, event_id, position) SELECT * FROM unnest($1::text[], $2::uuid[], $3::bigint[])',
};

class CountingConsumer {
  handle(event, context) {
    return this.handleBatch([event], context);
  }

  async handleBatch(events, { sql }) {
    const columns = [
      events.map(({ productId, vendorId }) => productId ?? vendorId),
      events.map(({ eventId }) => eventId),
      events.map(({ position }) => position),
    ];
    await sql.query(NOTE, columns);
  }
}
EventConsumer({ name: 'counting', effect: 'sql' })(CountingConsumer);
const providers = Reflect.getMetadata('providers', ConsumersModule);
Reflect.defineMetadata('providers', [...providers, CountingConsumer], ConsumersModule);
