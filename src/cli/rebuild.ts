import { REBUILD_USAGE, rebuildCommand } from './rebuild-command.js';
import { runCli } from './run-cli.js';

await runCli(REBUILD_USAGE, () => rebuildCommand(process.argv.slice(2)));
