/**
 * One line of progress. On standard error: `npm run -s token` prints a token and nothing else on standard output.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}
