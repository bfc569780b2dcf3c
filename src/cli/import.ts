import { IMPORT_USAGE, importCommand } from './import-command.js';
import { runCli } from './run-cli.js';

await runCli(IMPORT_USAGE, () => importCommand(process.argv.slice(2)));
