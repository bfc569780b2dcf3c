import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Readable, Transform } from 'node:stream';
import { authHeaders, connectionMessage, HttpError, parseAnswer, type Server } from './http-client.js';
import { CliError } from './run-cli.js';

export interface UploadObserver {
  /** Bytes handed to the connection so far. */
  sent(bytes: number): void;
  /** Everything is sent; the server is working on it. */
  complete(): void;
}

/**
 * Streams `source` as the body of a POST and returns the JSON answered. Waits without a limit: the answer to a large
 * file comes when the server has applied it. (fetch gives up after five minutes, hence node:http.)
 *
 * @throws HttpError when the server refuses, at once, even before everything is sent; CliError for a lost connection;
 * what `source` fails with.
 */
export async function upload(
  server: Server,
  path: string,
  contentType: string,
  source: Readable,
  observer: UploadObserver,
): Promise<unknown> {
  const url = new URL(`${server.url}${path}`);
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    headers: { 'content-type': contentType, accept: 'application/json', ...authHeaders(server) },
    agent: false,
  });
  // Keeps middleboxes from forgetting a connection that is silent while the server works.
  request.setSocketKeepAlive(true, 30_000);
  request.on('finish', () => observer.complete());

  let bytes = 0;
  // Not a 'data' listener on the source: it would keep the source flowing, to no one, once the pipe is undone.
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      observer.sent((bytes += chunk.length));
      done(null, chunk);
    },
  });

  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve);
      request.on('error', (error) => reject(new CliError(connectionMessage(server, error))));
      source.on('error', reject);
      source.pipe(meter).pipe(request);
    });
    // An answer may come before the end of the file.
    meter.unpipe(request);
    return await readAnswer(server, response);
  } finally {
    source.destroy();
    request.destroy();
  }
}

async function readAnswer(server: Server, response: IncomingMessage): Promise<unknown> {
  let text = '';
  try {
    for await (const part of response.setEncoding('utf8')) text += part as string;
  } catch (error) {
    throw new CliError(connectionMessage(server, error));
  }
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw HttpError.of(server, status, text);
  return parseAnswer(server, text);
}
