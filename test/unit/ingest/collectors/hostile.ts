// SPDX-License-Identifier: Apache-2.0
// What servers may do to a collector, and what became of it.
import { isPedigreeError } from '../../../../core/errors.ts';
import { collectAll, type ContextOptions, type Source } from '../../../support/collecting.ts';
import { startServer, type Handler, type TestServer } from '../../../support/test-server.ts';

/** Servers of one test file; all are closed by `closeAll`. */
export class HostileServers {
  readonly #servers: TestServer[] = [];

  async start(handler: Handler): Promise<TestServer> {
    const server = await startServer(handler);
    this.#servers.push(server);
    return server;
  }

  async closeAll(): Promise<void> {
    for (const server of this.#servers.splice(0)) await server.close();
  }
}

/** `read` or the code of each thing; then `thrown` and a code where the source as a whole failed. */
export async function fateOf(source: Source, options?: ContextOptions): Promise<string[]> {
  const fates: string[] = [];
  try {
    for (const { received } of await collectAll(source, options)) {
      fates.push('refused' in received ? received.refused.code : 'read');
    }
  } catch (error) {
    fates.push(isPedigreeError(error) ? `thrown ${error.code}` : `not ours: ${String(error)}`);
  }
  return fates;
}

/** Answers by the beginning of the path; 404 for every other. */
export function routes(
  table: Readonly<Record<string, Handler | object | string>>,
  headers: Readonly<Record<string, string>> = {},
): Handler {
  const known = Object.entries(table).sort(([a], [b]) => b.length - a.length);
  return (request, response) => {
    const found = known.find(([path]) => (request.url ?? '').startsWith(path))?.[1];
    if (typeof found === 'function') {
      (found as Handler)(request, response);
      return;
    }
    response.writeHead(found === undefined ? 404 : 200, headers);
    response.end(typeof found === 'string' ? found : JSON.stringify(found ?? {}));
  };
}
