// Imported before all else by what npm runs first: an old Node.js ends here with one line, not in the middle of a build.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const needed = engines.node.replace('>=', '').split('.').map(Number);
const present = process.versions.node.split('.').map(Number);
const at = needed.findIndex((part, index) => part !== present[index]);
if (at >= 0 && present[at] < needed[at]) {
  console.error(`mandi-inventory-sync: Node.js ${needed.join('.')} or later is needed, not ${process.versions.node}`);
  process.exit(1);
}
