// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** COMMIT: a structure of no fields with tag 0x12, in a chunk of its own, and the end of the message (Bolt, Messages). */
const COMMIT_MESSAGE = Buffer.from([0x00, 0x02, 0xb0, 0x12, 0x00, 0x00]);

/** A TCP proxy before a Neo4j server, to break connections at chosen moments. */
export class BoltProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [client: Socket, upstream: Socket]>();
  #afterCommit: (() => Promise<void>) | undefined;
  #cuts = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param target URL of the server, whose host and port count */
  static async open(target: string): Promise<BoltProxy> {
    const { hostname, port } = new URL(target);
    const server = createServer();
    const proxy = new BoltProxy(server);
    server.on('connection', (client) => {
      proxy.#join(client, connect({ host: hostname, port: Number(port === '' ? 7687 : port) }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `bolt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection; new ones are taken. */
  cutAll(): void {
    for (const [client, upstream] of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
    this.#pairs.clear();
  }

  /**
   * Lets the next COMMIT reach the server, and breaks the client's connection in place of the answer.
   * @param afterwards what happens between the commit and the break
   * @returns how often a connection was broken so
   */
  cutAtNextCommit(afterwards: () => Promise<void> = async () => undefined): () => number {
    this.#cuts = 0;
    this.#afterCommit = afterwards;
    return () => this.#cuts;
  }

  async close(): Promise<void> {
    this.cutAll();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, upstream: Socket): void {
    const pair = [client, upstream] as const;
    this.#pairs.add(pair);
    let isCommitting = false;
    client.on('data', (data) => {
      if (this.#afterCommit !== undefined && data.includes(COMMIT_MESSAGE)) isCommitting = true;
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      const afterCommit = this.#afterCommit;
      if (!isCommitting || afterCommit === undefined) {
        client.write(data);
        return;
      }
      // the server has answered, so it has committed
      this.#afterCommit = undefined;
      this.#cuts += 1;
      void afterCommit().then(() => {
        client.destroy();
        upstream.destroy();
      });
    });
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }
}
