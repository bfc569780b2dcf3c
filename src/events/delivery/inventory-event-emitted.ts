/** Name of the EventEmitter event that carries every `InventoryEvent` once and in position order to this process. */
export const INVENTORY_EVENT = 'inventory.event';
