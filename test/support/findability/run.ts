/**
 * Prints how much of what people type finds what they mean, and what does not:
 *
 *     node --import @swc-node/register/esm-register test/support/findability/run.ts [--all] [--data FILE] [QUERY …]
 *
 * Misses are those of the half to work with; `--all` lists the other half too. With queries: what each of them shows.
 * `--data` takes in a price file of the portal in place of a made-up week.
 */
import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startApp } from '../app.js';
import { startTestPostgres } from '../postgres-server.js';
import { importWeek } from './catalogue.js';
import { Findability, line, printed, type Report } from './measure.js';

const { values, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, data: { type: 'string' } },
});

const missesOf = ({ missed }: Report): string =>
  missed
    .map(
      ({ query, lang, kind, goods, place, shown, isFound }) =>
        `${isFound ? 'not first' : 'MISSED   '} ${lang} ${kind.padEnd(10)} ${line(query, [...goods, ...(place === undefined ? [] : [`@${place}`])], shown)}`,
    )
    .sort()
    .join('\n');

const postgres = await startTestPostgres();
process.env.TEST_POSTGRES_URL = postgres.url;
try {
  const app = await startApp();
  try {
    await importWeek(app, values.data === undefined ? undefined : await readFile(values.data, 'utf8'));
    const findability = new Findability(app);
    await findability.start();
    if (asked.length > 0) {
      for (const query of asked) {
        const items = await findability.search(query);
        console.log(
          `${query}\n${items.map(({ name, variety, commodity }) => `  ${name}, ${variety}: ${commodity}`).join('\n')}`,
        );
      }
    } else {
      const [work, report] = [await findability.report('work'), await findability.report('report')];
      console.log(missesOf(work));
      if (values.all) console.log(`\n${missesOf(report)}`);
      for (const letters of [3, 4]) {
        const { score, missed } = await findability.halfTyped(letters);
        console.log(`\nhalf typed, ${letters} letters: ${(score.found * 100).toFixed(1)} %\n${missed.join('\n')}`);
      }
      const { share, answered } = await findability.everydayAnswered();
      console.log(`\neveryday words answered: ${(share * 100).toFixed(1)} %\n${answered.join('\n')}`);
      console.log(`\n${printed(work)}\n\n${printed(report)}`);
    }
  } finally {
    await app.close();
  }
} finally {
  await postgres.stop();
}
