import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { INVENTORY_EVENT, onInventoryEvent } from './inventory-event-emitted.js';

Logger.overrideLogger(false);

describe('onInventoryEvent', () => {
  it('brings each event to every listener, whatever another one throws', () => {
    const emitter = new EventEmitter2();
    const seen: number[] = [];
    onInventoryEvent(emitter, ({ position }) => {
      throw new Error(`at ${position}`);
    });
    onInventoryEvent(emitter, ({ position }) => seen.push(position));
    for (const position of [1, 2]) emitter.emit(INVENTORY_EVENT, { position });
    expect(seen).toEqual([1, 2]);
  });
});
