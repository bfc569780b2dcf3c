import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { changeTimesOf, contentOf, statesOf } from './fingerprint.js';

/**
 * A step of the build that is left out when its result is there already. A stamp says what the result was made of and
 * what it was; it is removed before the step begins and written after it has ended, so what an interrupted or failed
 * step leaves has none. A result is current only if all of this is as the stamp has it: the contents of all inputs, and
 * the names, sizes and times of all outputs.
 */
export class Stage {
  /**
   * @param {object} options
   * @param {string} options.name names the stamp
   * @param {() => string[]} options.inputs the files whose contents decide the result
   * @param {() => string[]} options.outputs the files it has made
   * @param {(fromScratch: boolean) => Promise<void>} options.make `fromScratch` if the outputs are not as it left them
   */
  constructor({ name, inputs, outputs, make }) {
    this.stampFile = `dist/.${name}.json`;
    this.inputs = inputs;
    this.outputs = outputs;
    this.make = make;
  }

  isCurrent() {
    const stamp = this.#stamp();
    return stamp !== undefined && stamp.inputs === contentOf(this.inputs()) && this.#hasOutputsOf(stamp);
  }

  /** @returns {Promise<boolean>} false if inputs changed meanwhile: the result is of neither state then, and unstamped */
  async run() {
    const files = this.inputs();
    const [times, inputs] = [changeTimesOf(files), contentOf(files)];
    const stamp = this.#stamp();
    const fromScratch = stamp === undefined || !this.#hasOutputsOf(stamp);
    rmSync(this.stampFile, { force: true });
    await this.make(fromScratch);
    if (this.inputs().join() !== files.join() || changeTimesOf(files) !== times) return false;
    writeFileSync(this.stampFile, JSON.stringify({ inputs, outputs: statesOf(this.outputs()) }));
    return true;
  }

  #hasOutputsOf(stamp) {
    try {
      return stamp.outputs === statesOf(this.outputs());
    } catch (error) {
      if (error.code === 'ENOENT') return false;
      throw error;
    }
  }

  #stamp() {
    try {
      return JSON.parse(readFileSync(this.stampFile, 'utf8'));
    } catch (error) {
      // None, or cut short when the machine went down.
      if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}
