import { parseArgs } from 'node:util';
import { settingsInForce } from '../config/index.js';

export const CONFIG_USAGE = `Usage: npm run config

Prints the settings that a server started here would have, and where each comes from: the environment, the file .env
here, a file that NAME_FILE names, or the default. Passwords and secrets are not shown.

  --json   as JSON
  --help   this text
`;

export function configCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) process.stdout.write(CONFIG_USAGE);
  else print(values.json);
  return Promise.resolve();
}

function print(asJson: boolean): void {
  const settings = settingsInForce();
  if (asJson) {
    process.stdout.write(`${JSON.stringify(settings, undefined, 2)}\n`);
    return;
  }
  const rows = settings.map(({ name, value = '(none)', from, variable }) => {
    return [name, value, variable === undefined ? from : `${from}, ${variable}`];
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    process.stdout.write(`${line.trimEnd()}\n`);
  }
}
