import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { anEvent } from '../../../test/support/events.js';
import { INVENTORY_EVENT } from '../event-reaction.js';
import { EventListeners } from './event-listeners.js';

Logger.overrideLogger(false);

describe('EventListeners', () => {
  it('brings each event to every listener, whatever another one throws', () => {
    const listeners = new EventListeners(new EventEmitter2());
    const seen: number[] = [];
    listeners.add(
      ({ position }) => {
        throw new Error(`at ${position}`);
      },
      { needed: () => true },
    );
    listeners.add(({ position }) => seen.push(position), { needed: () => true });
    for (const position of [1, 2]) listeners.emit(anEvent({ position }));
    expect(seen).toEqual([1, 2]);
  });

  it('knows whether one of the product’s own has any use for events', () => {
    const listeners = new EventListeners(new EventEmitter2());
    expect(listeners.present).toBe(false);
    let needed = false;
    listeners.add(() => undefined, { needed: () => false });
    listeners.add(() => undefined, { needed: () => needed });
    expect(listeners.present).toBe(false);
    needed = true;
    expect(listeners.present).toBe(true);
  });

  it.each([{}, { wildcard: true, delimiter: '.' }])(
    'knows of everybody else who listens, with options %j',
    (options) => {
      const emitter = new EventEmitter2(options);
      const listeners = new EventListeners(emitter);
      listeners.add(() => undefined, { needed: () => false });
      const listen = (): void => undefined;
      emitter.on('something.else', listen);
      expect(listeners.present).toBe(false);
      emitter.on(INVENTORY_EVENT, listen);
      expect(listeners.present).toBe(true);
      emitter.off(INVENTORY_EVENT, listen);
      expect(listeners.present).toBe(false);
      emitter.onAny(listen);
      expect(listeners.present).toBe(true);
      emitter.offAny(listen);
      emitter.once(INVENTORY_EVENT, listen);
      expect(listeners.present).toBe(true);
    },
  );
});
