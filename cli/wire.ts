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
import { findCheckpoint, writeTiles } from '../graph/log/tile-folder.ts';
import type { GraphStore } from '../graph/port/store.ts';
import { FolderBlobStore } from '../ingest/blobs/folder.ts';
import { openHome, readTrust, type Home } from './home.ts';

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

/** Opens home, store and ledger; on first use writes entry 0. The one place where adapters are chosen. */
export async function openPedigree(
  settings: Settings,
  clock: Clock = systemClock,
): Promise<Opened> {
  const home = openHome(settings.home);
  const store = await openStore(settings);
  try {
    const ledger = new Ledger(store, (length) => randomBytes(length));
    await ledger.refresh();
    await assertNotBehind(home, ledger);
    const pedigree = new Pedigree({
      ledger,
      blobs: new FolderBlobStore(join(home.folder, 'blobs')),
      clock,
      trust: () => readTrust(home),
      owner: home.owner,
      allowSimulated: settings.allowSimulated,
      engine: engineName(),
    });
    await writeGenesis(ledger, home, clock);
    return { pedigree, home, close: () => closeAll(ledger, store, home) };
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

function parseStoreUrl(text: string): { url: string; user: string; password: string } {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // the text may hold a password
    throw new PedigreeError('ERR_USAGE', 'PEDIGREE_STORE is neither "embedded" nor a URL', {
      hint: 'write neo4j://user:password@host:7687',
    });
  }
  if (!/^(neo4j|bolt)(\+s(sc)?)?:$/.test(url.protocol)) {
    throw new PedigreeError('ERR_USAGE', `PEDIGREE_STORE has an unknown scheme ${url.protocol}`);
  }
  return {
    url: `${url.protocol}//${url.host}`,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
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
async function assertNotBehind(home: Home, ledger: Ledger): Promise<void> {
  const text = await findCheckpoint(join(home.folder, 'tiles'));
  if (text === undefined) return;
  const { size } = parseCheckpoint(text);
  if (ledger.head.size >= size) return;
  throw new PedigreeError(
    'ERR_LOG_CORRUPT',
    `the store has ${ledger.head.size} entries, but a checkpoint over ${size} was published`,
    { hint: 'restore a newer copy of the store; nothing was written' },
  );
}

async function closeAll(ledger: Ledger, store: GraphStore, home: Home): Promise<void> {
  try {
    const signer = { origin: originOf(home), privateKey: home.logKey.privateKey };
    await writeTiles(join(home.folder, 'tiles'), store, signer);
  } finally {
    await ledger.close();
  }
}
