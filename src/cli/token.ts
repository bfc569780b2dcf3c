import { runCli } from './run-cli.js';
import { TOKEN_USAGE, tokenCommand } from './token-command.js';

await runCli(TOKEN_USAGE, () => tokenCommand(process.argv.slice(2)));
