import { DEMO_USAGE, demoCommand } from './demo-command.js';
import { runCli } from './run-cli.js';

await runCli(DEMO_USAGE, () => demoCommand(process.argv.slice(2)));
