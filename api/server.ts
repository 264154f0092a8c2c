// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { PedigreeError } from '../core/errors.ts';

export interface Listening {
  /** The port that was asked for, or the one the system gave for 0. */
  readonly port: number;
  /** Takes no more connections, lets requests end, then resolves. After `graceMs` it ends those that did not. */
  close(graceMs: number): Promise<void>;
}

export interface ListenOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly host: string;
  readonly port: number;
  /** Milliseconds that the header of a request, and the whole of one, may take. */
  readonly requestMs: number;
}

/** Room for what a request is told after its own time is over. */
const SOCKET_GRACE_MS = 5000;
const MAX_CONNECTIONS = 1000;
const IDLE_CHECK_MS = 50;

/**
 * Serves an app on an address.
 * @throws {PedigreeError} ERR_USAGE where the address cannot be used
 */
export async function listen({ fetch, host, port, requestMs }: ListenOptions): Promise<Listening> {
  const answer = getRequestListener(fetch);
  const server = createServer(
    {
      requestTimeout: requestMs + SOCKET_GRACE_MS,
      headersTimeout: requestMs,
      keepAliveTimeout: 5000,
    },
    (request, response) => void answer(request, response),
  );
  server.maxConnections = MAX_CONNECTIONS;
  await bind(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs) => close(server, graceMs),
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new PedigreeError('ERR_USAGE', `cannot listen on ${host} port ${port}`, {
          cause,
          hint: 'another program may use it: choose another --port',
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // a connection whose last request has just ended counts as idle only now
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
}
