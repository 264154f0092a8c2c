// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PedigreeError } from '../core/errors.ts';
import { instantFromMs, type Clock } from '../core/instant.ts';
import { Pedigree } from '../api/service/pedigree.ts';
import { openEmbeddedStore } from '../graph/adapters/embedded/store.ts';
import { Ledger } from '../graph/ledger.ts';
import { parseCheckpoint } from '../graph/log/checkpoint.ts';
import { withFolderLock } from '../graph/log/folder-lock.ts';
import { findCheckpoint, writeTiles } from '../graph/log/tile-folder.ts';
import type { GraphStore } from '../graph/port/store.ts';
import { FolderBlobStore } from '../ingest/blobs/folder.ts';
import { isHome, openHome, readTrust, type Home } from './home.ts';

/** Where a process keeps its state and which store it talks to. */
export interface Settings {
  /** Absolute path of the home folder. */
  readonly home: string;
  /** `embedded`, or `neo4j://user:password@host:port` / `bolt://…`. */
  readonly store: string;
  /** Whether simulated evidence counts where a policy lists it. */
  readonly allowSimulated: boolean;
}

/** A running Pedigree and how to end it. */
export interface Opened {
  readonly pedigree: Pedigree;
  readonly home: Home;
  /** Publishes tiles and checkpoint for what was logged, then closes the store. */
  close(): Promise<void>;
}

export const DEFAULT_PROJECT = 'default';

/** Reads the environment; the only place that does. */
export function settingsFromEnvironment(home?: string): Settings {
  const { env } = process;
  return {
    home: resolve(home ?? env['PEDIGREE_HOME'] ?? join(homedir(), '.pedigree')),
    store: env['PEDIGREE_STORE'] ?? 'embedded',
    allowSimulated: env['PEDIGREE_ALLOW_SIMULATED'] !== 'no',
  };
}

/** False where the user asked for plain text. @see https://no-color.org */
export function allowsColor(): boolean {
  return process.env['NO_COLOR'] === undefined;
}

export const systemClock: Clock = () => instantFromMs(Date.now());

/** Name and version of this program, as decisions pin it. */
export function engineName(): string {
  const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return `pedigree/${version}`;
}

/**
 * Opens home, store and ledger; on first use makes the home and writes entry 0. Closing publishes what was logged.
 * @throws {PedigreeError} ERR_STORE_UNAVAILABLE, ERR_STORE_CORRUPT, ERR_LOG_CORRUPT, ERR_USAGE for a store that cannot be meant
 */
export async function openPedigree(
  settings: Settings,
  clock: Clock = systemClock,
): Promise<Opened> {
  const opened = await openLedger(settings, clock);
  const { home, ledger, store } = opened;
  try {
    await writeGenesis(ledger, home, clock);
  } catch (error) {
    await store.close();
    throw error;
  }
  return { pedigree: opened.pedigree, home, close: () => publishAndClose(ledger, store, home) };
}

/**
 * Opens what is there, for questions: makes no home and writes nothing.
 * @throws {PedigreeError} ERR_NOT_FOUND where there is no home; else as openPedigree
 */
export async function readPedigree(
  settings: Settings,
  clock: Clock = systemClock,
): Promise<Opened> {
  assertHome(settings);
  const { pedigree, home, ledger } = await openLedger(settings, clock);
  return { pedigree, home, close: () => ledger.close() };
}

/**
 * Opens home and store without reading the log, to check a log that cannot be read any more.
 * @throws {PedigreeError} ERR_NOT_FOUND where there is no home
 */
export async function openForAudit(
  settings: Settings,
): Promise<{ readonly home: Home; readonly store: GraphStore }> {
  assertHome(settings);
  return { home: openHome(settings.home), store: await openStore(settings) };
}

/** The central store of a team may be asked from a machine that has no home yet. */
function assertHome(settings: Settings): void {
  if (settings.store !== 'embedded' || isHome(settings.home)) return;
  throw new PedigreeError('ERR_NOT_FOUND', `nothing is known: there is no home at ${settings.home}`, {
    hint: 'pedigree ingest makes one; --home or PEDIGREE_HOME names another folder',
  });
}

interface OpenedLedger {
  readonly pedigree: Pedigree;
  readonly home: Home;
  readonly ledger: Ledger;
  readonly store: GraphStore;
}

/** The one place where adapters are chosen. */
async function openLedger(settings: Settings, clock: Clock): Promise<OpenedLedger> {
  const home = openHome(settings.home);
  const store = await openStore(settings);
  try {
    const ledger = new Ledger(store, (length) => randomBytes(length));
    // before the log is read: another process may publish more in between
    const checkpoint = await findCheckpoint(join(home.folder, 'tiles'));
    await ledger.refresh();
    assertNotBehind(checkpoint, ledger);
    const pedigree = new Pedigree({
      ledger,
      blobs: new FolderBlobStore(join(home.folder, 'blobs')),
      clock,
      trust: () => readTrust(home),
      owner: home.owner,
      simulationKey: home.simulationKey,
      allowSimulated: settings.allowSimulated,
      engine: engineName(),
    });
    return { pedigree, home, ledger, store };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Origin that checkpoints of a home's log carry: unique to its log key. */
export function originOf(home: Home): string {
  return `pedigree.local/${home.logKey.identity.slice('key:sha256:'.length, 'key:sha256:'.length + 16)}`;
}

async function openStore(settings: Settings): Promise<GraphStore> {
  if (settings.store === 'embedded') return openEmbeddedStore(join(settings.home, 'store'));
  const url = parseStoreUrl(settings.store);
  // the driver and its dependencies are loaded only where they are used
  const { openNeo4jStore } = await import('../graph/adapters/neo4j/store.ts');
  return openNeo4jStore(url);
}

/** Never echoes the text: it may hold a password, in whatever place a slip has put it. */
function parseStoreUrl(text: string): { url: string; user: string; password: string } {
  try {
    const url = new URL(text);
    if (/^(neo4j|bolt)(\+s(sc)?)?:$/.test(url.protocol)) {
      return {
        url: `${url.protocol}//${url.host}`,
        user: decodeURIComponent(url.username),
        password: decodeURIComponent(url.password),
      };
    }
  } catch {
    // not a URL, or %-escapes that decode to nothing
  }
  throw new PedigreeError('ERR_USAGE', 'PEDIGREE_STORE is neither "embedded" nor a store URL', {
    hint: 'write neo4j://user:password@host:7687',
  });
}

async function writeGenesis(ledger: Ledger, home: Home, clock: Clock): Promise<void> {
  await ledger.append((knowledge) =>
    knowledge.size > 0
      ? []
      : [
          {
            event: {
              type: 'administration',
              action: 'genesis',
              origin: originOf(home),
              logKey: home.logKey.identity,
              policyRoots: [home.owner.identity],
              threshold: 1,
              project: DEFAULT_PROJECT,
              receivedAt: clock(),
            },
          },
        ],
  );
}

/** A store that has less than was published has lost entries; writing to it would fork the log. */
function assertNotBehind(checkpoint: string | undefined, ledger: Ledger): void {
  if (checkpoint === undefined) return;
  const { size } = parseCheckpoint(checkpoint);
  if (ledger.head.size >= size) return;
  throw new PedigreeError(
    'ERR_LOG_CORRUPT',
    `the store has ${ledger.head.size} entries, but a checkpoint over ${size} was published`,
    { hint: 'restore a newer copy of the store; nothing was written' },
  );
}

async function publishAndClose(ledger: Ledger, store: GraphStore, home: Home): Promise<void> {
  try {
    await publishTiles(home, store);
  } finally {
    await ledger.close();
  }
}

/** Brings the published tiles and checkpoint of a home up to the store's head. */
export async function publishTiles(home: Home, store: GraphStore): Promise<void> {
  const signer = { origin: originOf(home), privateKey: home.logKey.privateKey };
  const folder = join(home.folder, 'tiles');
  await withFolderLock(folder, () => writeTiles(folder, store, signer));
}
