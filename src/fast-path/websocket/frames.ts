/** First byte of a WebSocket frame that is a whole text message (RFC 6455, 5.2). */
const WHOLE_TEXT = 0x81;
const LENGTH_IN_2_BYTES = 126;
const LENGTH_IN_8_BYTES = 127;

/** A text message as a server sends it over a WebSocket, in one piece. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < LENGTH_IN_2_BYTES ? 2 : length <= 0xffff ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = WHOLE_TEXT;
  if (header === 2) {
    frame[1] = length;
  } else if (header === 4) {
    frame[1] = LENGTH_IN_2_BYTES;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_IN_8_BYTES;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}

/** An event of Socket.IO as a WebSocket frame: a message (4) of Engine.IO that is an event (2) of a namespace. */
export function eventFrame(namespace: string, name: string, payload: unknown): Buffer {
  return textFrame(`42${namespace},${JSON.stringify([name, payload])}`);
}
