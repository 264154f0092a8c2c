// SPDX-License-Identifier: Apache-2.0
// Web servers of a test, on loopback and a free port.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A running server and what it was asked. */
export interface TestServer {
  /** `127.0.0.1:port`, as URL.host. */
  readonly host: string;
  readonly url: (path?: string) => URL;
  /** Requests so far, oldest first. */
  readonly requests: readonly SeenRequest[];
  /** Ends it and every connection; more than once does nothing. */
  readonly close: () => Promise<void>;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

export async function startServer(handler: Handler): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const server: Server = createServer((request, response) => {
    requests.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
    });
    response.on('error', () => {});
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    host,
    url: (path = '/') => new URL(path, `http://${host}`),
    requests,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
