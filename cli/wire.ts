// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hexOf, sha256 } from '../core/digest.ts';
import { PedigreeError } from '../core/errors.ts';
import { instantFromMs, type Clock } from '../core/instant.ts';
import { parseJson, stringMember } from '../core/json.ts';
import { Pedigree } from '../api/service/pedigree.ts';
import { openEmbeddedStore } from '../graph/adapters/embedded/store.ts';
import { digestLines } from '../graph/domain/state-lines.ts';
import { Ledger } from '../graph/ledger.ts';
import { parseCheckpoint } from '../graph/log/checkpoint.ts';
import { withFolderLock } from '../graph/log/folder-lock.ts';
import { rootOf } from '../graph/log/merkle.ts';
import { findCheckpoint, writeTiles } from '../graph/log/tile-folder.ts';
import { migrateLog } from '../graph/migrate.ts';
import type { GraphStore } from '../graph/port/store.ts';
import { FolderBlobStore } from '../ingest/blobs/folder.ts';
import type { Machine } from '../ingest/collectors/machine.ts';
import { Spool } from '../ingest/receive/spool.ts';
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
  readonly log: LogPlace;
  /** Publishes tiles and checkpoint for what was logged, then closes the store. */
  readonly close: () => Promise<void>;
}

/** A log's name, and where its tiles and checkpoint are published. Each store that a home uses has a log of its own. */
export interface LogPlace {
  readonly origin: string;
  readonly folder: string;
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

/** Where credentials for sources are written: inline (a text that begins with a brace), a file, or the home's own file. */
export interface CredentialsPlace {
  readonly text?: string;
  readonly file?: string;
  /** True where the file was named and must be there. */
  readonly isNamed: boolean;
}

export function credentialsPlace(home: Home): CredentialsPlace {
  const named = process.env['PEDIGREE_CREDENTIALS'];
  if (named === undefined || named === '')
    return { file: join(home.folder, 'credentials.yaml'), isNamed: false };
  return named.trimStart().startsWith('{')
    ? { text: named, isNamed: true }
    : { file: resolve(named), isNamed: true };
}

/** What collectors may use of this machine. */
export function collectorMachine(home: Home): Machine {
  return {
    environment: process.env,
    cacheFolder: join(home.folder, 'cache'),
    spool: new Spool(join(home.folder, 'spool')),
  };
}

/** Where large documents are set aside by a command that has no home to write to. */
export function temporarySpool(): Spool {
  return new Spool(tmpdir());
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
  const { pedigree, home, log, ledger, store } = opened;
  try {
    await writeGenesis(ledger, home, log, clock);
  } catch (error) {
    await store.close();
    throw error;
  }
  return { pedigree, home, log, close: () => publishAndClose(ledger, store, home, log) };
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
  const { pedigree, home, log, ledger } = await openLedger(settings, clock);
  return { pedigree, home, log, close: () => ledger.close() };
}

/**
 * Opens home and store without reading the log, to check a log that cannot be read any more.
 * @throws {PedigreeError} ERR_NOT_FOUND where there is no home
 */
export async function openForAudit(
  settings: Settings,
): Promise<{ readonly home: Home; readonly store: GraphStore; readonly log: LogPlace }> {
  assertHome(settings);
  const home = openHome(settings.home);
  const store = await openStore(settings);
  return { home, store, log: await findLog(home, store, settings) };
}

/** The central store of a team may be asked from a machine that has no home yet. */
function assertHome(settings: Settings): void {
  if (settings.store !== 'embedded' || isHome(settings.home)) return;
  throw new PedigreeError(
    'ERR_NOT_FOUND',
    `nothing is known: there is no home at ${settings.home}`,
    {
      hint: 'pedigree ingest makes one; --home or PEDIGREE_HOME names another folder',
    },
  );
}

interface OpenedLedger {
  readonly pedigree: Pedigree;
  readonly home: Home;
  readonly log: LogPlace;
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
    const log = await findLog(home, store, settings);
    const checkpoint = await findCheckpoint(log.folder);
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
    return { pedigree, home, log, ledger, store };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The log that a store holds, by its entry 0; the name that a new log would get where the store is empty. */
async function findLog(home: Home, store: GraphStore, settings: Settings): Promise<LogPlace> {
  let origin = newOrigin(home, settings);
  for await (const entry of store.entries(0)) {
    const first = findGenesisOrigin(entry.event);
    if (first !== undefined) origin = first;
    break;
  }
  return placeOf(home, origin);
}

/** Entry 0 may be damaged; then the checkpoint of the expected origin says so. */
function findGenesisOrigin(event: string): string | undefined {
  try {
    return stringMember(parseJson(event).value, 'origin');
  } catch {
    return undefined;
  }
}

function placeOf(home: Home, origin: string): LogPlace {
  const name = hexOf(sha256(origin)).slice(0, 16);
  return { origin, folder: join(home.folder, 'tiles', name) };
}

/** Unique to the home's log key and the place of the store. */
function newOrigin(home: Home, settings: Settings): string {
  const key = home.logKey.identity.slice('key:sha256:'.length).slice(0, 16);
  if (settings.store === 'embedded') return `pedigree.local/${key}`;
  return `pedigree.local/${key}/${hexOf(sha256(parseStoreUrl(settings.store).url)).slice(0, 16)}`;
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

async function writeGenesis(
  ledger: Ledger,
  home: Home,
  log: LogPlace,
  clock: Clock,
): Promise<void> {
  await ledger.append((knowledge) =>
    knowledge.size > 0
      ? []
      : [
          {
            event: {
              type: 'administration',
              action: 'genesis',
              origin: log.origin,
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

async function publishAndClose(
  ledger: Ledger,
  store: GraphStore,
  home: Home,
  log: LogPlace,
): Promise<void> {
  try {
    await publishTiles(home, log, store);
  } finally {
    await ledger.close();
  }
}

/** Brings the published tiles and checkpoint of a log up to the store's head. */
export async function publishTiles(home: Home, log: LogPlace, store: GraphStore): Promise<void> {
  const signer = { origin: log.origin, privateKey: home.logKey.privateKey };
  await withFolderLock(log.folder, () => writeTiles(log.folder, store, signer));
}

/**
 * Copies the log of this home's store into an empty store, as a log of its own.
 * @param to `embedded` or a store URL
 * @returns entries written, and the state digests of both stores, read back
 * @throws {PedigreeError} as migrateLog
 */
export async function migrateHome(
  settings: Settings,
  to: string,
  onProgress: (done: number, total: number) => void,
): Promise<{ entries: number; origin: string; before: string; after: string }> {
  assertHome(settings);
  const home = openHome(settings.home);
  const source = await openStore(settings);
  try {
    const targetSettings = { ...settings, store: to };
    const target = await openStore(targetSettings);
    const ledger = new Ledger(target, (length) => randomBytes(length));
    try {
      const left = await findLog(home, source, settings);
      const { size, frontier } = await source.head();
      const mark = hexOf(sha256(`${left.origin} ${size} ${rootOf(frontier)}`)).slice(0, 16);
      const log = placeOf(home, `${newOrigin(home, targetSettings)}/${mark}`);
      const entries = await migrateLog(source, ledger, log.origin, onProgress);
      await publishTiles(home, log, target);
      const before = await digestLines(source.stateLines());
      return { entries, origin: log.origin, before, after: await digestLines(target.stateLines()) };
    } finally {
      await ledger.close();
    }
  } finally {
    await source.close();
  }
}
