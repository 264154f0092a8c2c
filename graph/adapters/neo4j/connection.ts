// SPDX-License-Identifier: Apache-2.0
import neo4j, {
  type BookmarkManager,
  type Driver,
  type ManagedTransaction,
  type Record as Neo4jRecord,
  type Session,
} from 'neo4j-driver';
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import { toStoreError } from './errors.ts';

/** Where the server is and who we are to it. */
export interface Neo4jOptions {
  /** `neo4j://host:port` (routing, also for one server) or `bolt://…`; `+s` for TLS. No user or password in it. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Absent: the user's home database. */
  readonly database?: string;
  /** How long deadlocks, leader switches and lost connections are retried, in milliseconds. Default 30 000. */
  readonly retryMs?: number;
}

const RETRY_MS = 30_000;
const CONNECT_MS = 10_000;
const RECORDS_A_FETCH = 1000;

/** A statement and its parameters. Text from outside is only ever a parameter. */
export interface Statement {
  readonly text: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** Runs statements inside one transaction. */
export interface Transaction {
  /** Sends at once; the server runs statements in the order of the calls, so that several may be under way together. */
  run(statement: Statement): Promise<Neo4jRecord[]>;
  /** 1 for the first try of this transaction; more where the driver runs it again. */
  readonly attempt: number;
}

/** One driver with one chain of bookmarks: each transaction sees what those before it wrote, on whichever server. */
export class Neo4jConnection {
  readonly address: string;
  readonly #driver: Driver;
  readonly #database: string | undefined;
  readonly #bookmarks: BookmarkManager = neo4j.bookmarkManager();
  #isClosed = false;

  private constructor(driver: Driver, address: string, database: string | undefined) {
    this.#driver = driver;
    this.address = address;
    this.#database = database;
  }

  /**
   * Connects and logs in.
   * @throws {PedigreeError} ERR_USAGE for an address that is none or holds a password; ERR_STORE_UNAVAILABLE
   */
  static async open(options: Neo4jOptions): Promise<Neo4jConnection> {
    const address = addressOf(options.url);
    const driver = createDriver(options, address);
    const connection = new Neo4jConnection(driver, address, options.database);
    try {
      const { database } = options;
      await driver.verifyAuthentication(database === undefined ? {} : { database });
      await driver.verifyConnectivity(database === undefined ? {} : { database });
      return connection;
    } catch (error) {
      await driver.close();
      throw toStoreError(error, address);
    }
  }

  /** One write transaction; runs again where the driver finds the error passing. */
  async write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    let attempt = 0;
    return this.#inSession(neo4j.session.WRITE, (session) =>
      session.executeWrite((managed) => {
        attempt += 1;
        return work(toTransaction(managed, attempt));
      }),
    );
  }

  /** One read transaction, wherever the cluster likes. */
  async read(statement: Statement): Promise<Neo4jRecord[]> {
    return this.#inSession(neo4j.session.READ, (session) =>
      session.executeRead((managed) => toTransaction(managed, 1).run(statement)),
    );
  }

  /** One read by the leader, which alone knows the newest state that other processes wrote. */
  async readNewest(statement: Statement): Promise<Neo4jRecord[]> {
    return this.write((transaction) => transaction.run(statement));
  }

  /** A schema statement: those take a transaction of their own. */
  async define(statement: Statement): Promise<void> {
    await this.write((transaction) => transaction.run(statement));
  }

  /** Records as they arrive; the server waits for a slow reader. Not retried: the reader has seen some already. */
  async *stream(statement: Statement): AsyncGenerator<Neo4jRecord> {
    const session = this.#session(neo4j.session.WRITE);
    try {
      const transaction = await session.beginTransaction();
      try {
        const result = transaction.run(statement.text, statement.parameters);
        for await (const record of result) yield record;
      } finally {
        await transaction.close();
      }
    } catch (error) {
      throw toStoreError(error, this.address);
    } finally {
      await session.close();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#driver.close();
  }

  async #inSession<T>(mode: AccessMode, work: (session: Session) => Promise<T>): Promise<T> {
    const session = this.#session(mode);
    try {
      return await work(session);
    } catch (error) {
      throw toStoreError(error, this.address);
    } finally {
      await session.close();
    }
  }

  #session(defaultAccessMode: AccessMode): Session {
    if (this.#isClosed) throw new PedigreeError('ERR_STORE_UNAVAILABLE', 'the store is closed');
    return this.#driver.session({
      defaultAccessMode,
      bookmarkManager: this.#bookmarks,
      fetchSize: RECORDS_A_FETCH,
      ...(this.#database === undefined ? {} : { database: this.#database }),
    });
  }
}

type AccessMode = 'READ' | 'WRITE';

function createDriver(options: Neo4jOptions, address: string): Driver {
  try {
    return neo4j.driver(options.url, neo4j.auth.basic(options.user, options.password), {
      useBigInt: true,
      connectionTimeout: CONNECT_MS,
      maxTransactionRetryTime: options.retryMs ?? RETRY_MS,
      userAgent: 'pedigree',
      telemetryDisabled: true,
      notificationFilter: { minimumSeverityLevel: 'OFF' },
    });
  } catch (cause) {
    throw new PedigreeError('ERR_USAGE', `not an address of Neo4j: ${excerpt(address, 200)}`, {
      hint: 'write neo4j://host:port or bolt://host:port',
      cause,
    });
  }
}

function toTransaction(managed: ManagedTransaction, attempt: number): Transaction {
  return {
    attempt,
    run: async ({ text, parameters }) => (await managed.run(text, parameters)).records,
  };
}

/** The address for messages. A password in a URL would end up in logs and process lists: refused, not repeated. */
function addressOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') {
    throw new PedigreeError(
      'ERR_USAGE',
      'the Neo4j address is no URL, or it holds a user or password',
      {
        hint: 'write neo4j://host:port; user and password are settings of their own',
      },
    );
  }
  return `${parsed.protocol}//${parsed.host}`;
}
