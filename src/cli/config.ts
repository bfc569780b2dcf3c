import { CONFIG_USAGE, configCommand } from './config-command.js';
import { runCli } from './run-cli.js';

await runCli(CONFIG_USAGE, () => configCommand(process.argv.slice(2)));
