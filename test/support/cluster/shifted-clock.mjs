// Preloaded with `--import` into one instance: its wall clock is CLOCK_FILE's number of milliseconds off, read again
// at every SIGUSR2. Time that only goes on (timers, performance.now) is left alone, as by an operator who sets the clock.
import { readFileSync } from 'node:fs';

const RealDate = globalThis.Date;
let offset = 0;

const read = () => {
  offset = Number(readFileSync(process.env.CLOCK_FILE, 'utf8'));
};
read();
process.on('SIGUSR2', read);

class ShiftedDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(ShiftedDate.now());
    else super(...args);
  }

  static now() {
    return RealDate.now() + offset;
  }
}

globalThis.Date = ShiftedDate;
