/**
 * Looks at the version of Node.js before anything is loaded that an older one can't even read: so nothing is imported
 * here but in the end. What the product does is in `start.ts`.
 */

/** As `engines` in package.json has it. */
const NEEDED = [20, 19, 0];

function isOlder(version: string): boolean {
  const parts = version.split('.');
  for (let at = 0; at < NEEDED.length; at += 1) {
    const difference = Number.parseInt(parts[at]!, 10) - NEEDED[at]!;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

if (isOlder(process.versions.node)) {
  const line =
    'mandi-inventory-sync: Node.js ' + NEEDED.join('.') + ' or later is needed, not ' + process.versions.node;
  process.stderr.write(line + '\n');
  process.exit(1);
}
void import('./start.js');

export {};
