// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isPedigreeError, PedigreeError } from '../core/errors.ts';
import type { OperatorTrust } from '../api/service/pedigree.ts';
import type { TrustAnchor } from '../attest/tee/scheme.ts';
import { parsePublicKeys, type TrustedKey } from '../attest/trust/keys.ts';
import { createTrustRoots } from '../attest/trust/roots.ts';
import {
  createSigningKey,
  formatSigningKey,
  parseSigningKey,
  type SigningKey,
} from '../attest/trust/signing-key.ts';

/** A home folder: keys, trust store, blobs, the embedded store, published tiles. */
export interface Home {
  readonly folder: string;
  readonly owner: SigningKey;
  readonly logKey: SigningKey;
  /** Signs decisions on simulated evidence. */
  readonly simulationKey: SigningKey;
}

const FOLDERS = ['keys', 'trust/keys', 'trust/tee', 'blobs', 'store', 'tiles'];
const OWNER_KEY = 'keys/owner.pem';

/** True where a folder has been used as a home before. */
export function isHome(folder: string): boolean {
  return existsSync(join(folder, OWNER_KEY));
}

/**
 * Opens a home, making it on first use: an owner key and a log key of its own, readable by nobody else.
 * @throws {PedigreeError} ERR_STORE_UNAVAILABLE where the folder cannot be used, ERR_PARSE_KEY for a damaged key
 */
export function openHome(folder: string): Home {
  makeFolders(folder);
  return {
    folder,
    owner: openKey(join(folder, OWNER_KEY)),
    logKey: openKey(join(folder, 'keys', 'log.pem')),
    simulationKey: openKey(join(folder, 'keys', 'simulation.pem')),
  };
}

/**
 * What the operator trusts: every public key in trust/keys, the owner's own, and TEE anchors in trust/tee/<kind>.
 * @throws {PedigreeError} ERR_TRUST_INVALID naming the file that cannot be read as what its place says
 */
export function readTrust(home: Home): OperatorTrust {
  return trustOf(home.folder, home.owner);
}

/** The trust of a home that may not be there: nobody is trusted then. Writes nothing. */
export function findTrust(folder: string): OperatorTrust {
  if (!isHome(folder)) return { roots: createTrustRoots([]), teeAnchors: new Map() };
  return trustOf(folder, readKey(join(folder, OWNER_KEY)));
}

/** Adds public keys to the trust store. @returns their identities */
export function addTrustedKeys(home: Home, pem: string): string[] {
  const keys = parsePublicKeys(pem);
  for (const key of keys) {
    const name = `${key.identity.replaceAll(':', '-')}.pem`;
    const text = key.key.export({ format: 'pem', type: 'spki' }).toString();
    writeWhole(join(home.folder, 'trust', 'keys', name), text);
  }
  return keys.map((key) => key.identity);
}

/** Adds a trust anchor of a TEE kind. */
export function addTeeAnchor(home: Home, kind: string, name: string, bytes: Uint8Array): void {
  const folder = join(home.folder, 'trust', 'tee', kind);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeWhole(join(folder, name), bytes);
}

function trustOf(home: string, owner: SigningKey): OperatorTrust {
  const keys: TrustedKey[] = [keyOf(owner)];
  for (const name of listFiles(join(home, 'trust', 'keys'))) {
    try {
      keys.push(...parsePublicKeys(readFileSync(join(home, 'trust', 'keys', name), 'utf8')));
    } catch (cause) {
      const why = isPedigreeError(cause) ? `: ${cause.message}` : '';
      throw new PedigreeError('ERR_TRUST_INVALID', `not a public key${why}`, {
        cause,
        file: join('trust/keys', name),
        hint: 'put PEM public keys there and nothing else',
      });
    }
  }
  return { roots: createTrustRoots(keys), teeAnchors: readTeeAnchors(join(home, 'trust', 'tee')) };
}

function readTeeAnchors(folder: string): Map<string, TrustAnchor[]> {
  const anchors = new Map<string, TrustAnchor[]>();
  for (const kind of listEntries(folder)) {
    const read = listFiles(join(folder, kind)).map((name) => ({
      name,
      bytes: new Uint8Array(readFileSync(join(folder, kind, name))),
    }));
    if (read.length > 0) anchors.set(kind, read);
  }
  return anchors;
}

/** Files in name order; names that begin with a dot are not yet or no longer part of the trust store. */
function listFiles(folder: string): string[] {
  return listEntries(folder).filter((name) => statSync(join(folder, name)).isFile());
}

function listEntries(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

function keyOf(owner: SigningKey): TrustedKey {
  const [key] = parsePublicKeys(owner.publicKey.export({ format: 'pem', type: 'spki' }).toString());
  if (key === undefined)
    throw new PedigreeError('ERR_INTERNAL', 'the owner key has no public half');
  return key;
}

function makeFolders(folder: string): void {
  try {
    for (const name of FOLDERS) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(folder, cause);
  }
}

/** Reads a key, or makes it where there is none. Two processes that start at once end with the same key. */
function openKey(path: string): SigningKey {
  if (!existsSync(path)) {
    const aside = asideOf(path);
    try {
      writeSynced(aside, formatSigningKey(createSigningKey()));
      // a link fails where another process was faster; a key is there whole or not at all
      linkSync(aside, path);
    } catch (error) {
      if (!isExisting(error)) throw unusable(path, error);
    } finally {
      rmSync(aside, { force: true });
    }
  }
  return readKey(path);
}

function readKey(path: string): SigningKey {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unusable(path, cause);
  }
  try {
    return parseSigningKey(text);
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    throw new PedigreeError(error.code, error.message, { ...hintOf(error), file: path });
  }
}

function hintOf({ hint }: PedigreeError): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

/** Readers see the old file or the new one, never half of it. */
function writeWhole(path: string, content: string | Uint8Array): void {
  const aside = asideOf(path);
  try {
    writeSynced(aside, content);
    renameSync(aside, path);
  } catch (cause) {
    rmSync(aside, { force: true });
    throw unusable(path, cause);
  }
}

function writeSynced(path: string, content: string | Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function asideOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function unusable(path: string, cause: unknown): PedigreeError {
  return new PedigreeError('ERR_STORE_UNAVAILABLE', 'the home folder cannot be used', {
    file: path,
    hint: 'check the folder and the rights on it, or name another one with --home',
    cause,
  });
}
