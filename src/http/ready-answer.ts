/** An answer that is ready to be sent, with or without the framework. */
export interface ReadyAnswer {
  status: number;
  /** Names and values by turns; nothing checks them, so nothing that a client has sent. */
  headers: string[];
  /** Null: none, and no length either. */
  body: Buffer | null;
}
