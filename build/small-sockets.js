// Socket.IO's client as a page needs it that follows this server: WebSocket and long polling, JSON only, in browsers with
// `fetch` and `URL`. What else its packages can do is a quarter of their bytes: WebTransport, XMLHttpRequest, binary
// messages, addresses without a host, old browsers.
import { readFile } from 'node:fs/promises';

const PACKAGE = /[\\/]node_modules[\\/]((?:engine|socket)\.io-(?:client|parser)[\\/]build[\\/]esm[\\/].*\.js)$/;

/** The modules that are replaced, by their place in node_modules, and what stands instead of them. */
const INSTEAD = {
  'socket.io-client/build/esm/index.js': `export { Manager } from './manager.js';`,
  'engine.io-client/build/esm/index.js': `
    export { nextTick } from './globals.node.js';
    export { Socket } from './socket.js';
    export { installTimerFunctions } from './util.js';`,

  // Our messages are JSON: the server has no other, and says so in /docs/asyncapi.json.
  'socket.io-parser/build/esm/is-binary.js': `
    export const isBinary = () => false;
    export const hasBinary = () => false;`,
  'socket.io-parser/build/esm/binary.js': `
    export const deconstructPacket = () => {};
    export const reconstructPacket = () => {};`,
  'engine.io-parser/build/esm/encodePacket.browser.js': `
    import { PACKET_TYPES } from './commons.js';
    export const encodePacket = ({ type, data }, _binary, done) => done(PACKET_TYPES[type] + (data || ''));
    export const encodePacketToBinary = () => {};`,
  'engine.io-parser/build/esm/decodePacket.browser.js': `
    import { ERROR_PACKET, PACKET_TYPES_REVERSE } from './commons.js';
    export const decodePacket = (encoded) => {
      const type = typeof encoded === 'string' && PACKET_TYPES_REVERSE[encoded[0]];
      if (!type) return ERROR_PACKET;
      return encoded.length > 1 ? { type, data: encoded.slice(1) } : { type };
    };`,

  'engine.io-client/build/esm/contrib/parseuri.js': `
    export function parse(text) {
      const { hostname, protocol, port, search } = new URL(text);
      return { host: hostname.replace(/[[\\]]/g, ''), protocol: protocol.slice(0, -1), port, query: search.slice(1) };
    }`,
  'engine.io-client/build/esm/transports/index.js': `
    import { Polling } from './polling.js';
    import { WS } from './websocket.js';
    class Fetched extends Polling {
      doPoll() {
        this.ask('poll', (data) => this.onData(data));
      }
      doWrite(body, done) {
        this.ask('write', done, { method: 'POST', body, headers: { 'content-type': 'text/plain;charset=UTF-8' } });
      }
      ask(what, then, request) {
        const { extraHeaders, withCredentials } = this.opts;
        fetch(this.uri(), {
          ...request,
          headers: { ...extraHeaders, ...request?.headers },
          credentials: withCredentials ? 'include' : 'same-origin',
        })
          .then(async (answer) => {
            if (!answer.ok) throw answer.status;
            return answer.text();
          })
          .then(then, (error) => this.onError('fetch ' + what + ' error', error));
      }
    }
    export const transports = { websocket: WS, polling: Fetched };`,
};

const smallSockets = {
  name: 'small-sockets',
  setup({ onLoad, onEnd }) {
    const left = new Set(Object.keys(INSTEAD));
    onLoad({ filter: PACKAGE }, async ({ path }) => {
      const module = PACKAGE.exec(path)[1].replaceAll('\\', '/');
      left.delete(module);
      return { contents: INSTEAD[module] ?? (await readFile(path, 'utf8')) };
    });
    // A later version of a package may have other modules.
    onEnd(() => ({ errors: [...left].map((module) => ({ text: `There is no ${module} any more` })) }));
  },
};

/**
 * For a bundle of everything that a page loads: names that begin with an underscore are the packages' own.
 * @type {import('esbuild').BuildOptions}
 */
export const SMALL_SOCKETS = { plugins: [smallSockets], mangleProps: /^_/, mangleQuoted: true };
