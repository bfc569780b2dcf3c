import { serve } from '../support/children.js';
import { HttpConnection } from './http-connection.js';
import { type HttpWork, requestsOf } from './http-work.js';
import { runLoops } from './loops.js';

/** Keeps any number of connections busy with one request each. */

export type HttpLoadRequest =
  /** Opens connections under a name; several targets may be open at once. */
  | { kind: 'open'; target: string; port: number; connections: number; work: HttpWork }
  | { kind: 'run'; target: string; milliseconds: number }
  | { kind: 'close'; target: string };

interface Target {
  connections: HttpConnection[];
  next: (connection: number) => string;
  expected: string | undefined;
}

const targets = new Map<string, Target>();

serve<HttpLoadRequest>(async (request) => {
  switch (request.kind) {
    case 'open': {
      const { port, work } = request;
      const opening = Array.from({ length: request.connections }, () => HttpConnection.open(port));
      const next = requestsOf(work, request.connections);
      const expected = work.expect?.toLowerCase();
      targets.set(request.target, { connections: await Promise.all(opening), next, expected });
      return;
    }
    case 'run': {
      const { connections, next, expected } = targets.get(request.target)!;
      return runLoops(connections.length, request.milliseconds, async (index) => {
        const head = await connections[index]!.send(next(index));
        return expected === undefined || head.toLowerCase().includes(expected);
      });
    }
    case 'close':
      for (const connection of targets.get(request.target)!.connections) connection.close();
      targets.delete(request.target);
  }
});
