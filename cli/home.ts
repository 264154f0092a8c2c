// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
}

const FOLDERS = ['keys', 'trust/keys', 'trust/tee', 'blobs', 'store', 'tiles'];

/** Opens a home, making it on first use: an owner key and a log key of its own, readable by nobody else. */
export function openHome(folder: string): Home {
  for (const name of FOLDERS) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  return {
    folder,
    owner: openKey(join(folder, 'keys', 'owner.pem')),
    logKey: openKey(join(folder, 'keys', 'log.pem')),
  };
}

/**
 * What the operator trusts: every public key in trust/keys, the owner's own, and TEE anchors in trust/tee/<kind>.
 * @throws {PedigreeError} ERR_TRUST_INVALID naming the file that cannot be read as what its place says
 */
export function readTrust(home: Home): OperatorTrust {
  const folder = join(home.folder, 'trust', 'keys');
  const keys: TrustedKey[] = [keyOf(home.owner)];
  for (const name of listFiles(folder)) {
    try {
      keys.push(...parsePublicKeys(readFileSync(join(folder, name), 'utf8')));
    } catch (cause) {
      const why = isPedigreeError(cause) ? `: ${cause.message}` : '';
      throw new PedigreeError('ERR_TRUST_INVALID', `not a public key${why}`, {
        cause,
        file: join('trust/keys', name),
        hint: 'put PEM public keys there and nothing else',
      });
    }
  }
  return { roots: createTrustRoots(keys), teeAnchors: readTeeAnchors(home) };
}

/** Adds public keys to the trust store. @returns their identities */
export function addTrustedKeys(home: Home, pem: string): string[] {
  const keys = parsePublicKeys(pem);
  for (const key of keys) {
    const name = `${key.identity.replaceAll(':', '-')}.pem`;
    const text = key.key.export({ format: 'pem', type: 'spki' }).toString();
    writeFileSync(join(home.folder, 'trust', 'keys', name), text, { mode: 0o600 });
  }
  return keys.map((key) => key.identity);
}

/** Adds a trust anchor of a TEE kind. */
export function addTeeAnchor(home: Home, kind: string, name: string, bytes: Uint8Array): void {
  const folder = join(home.folder, 'trust', 'tee', kind);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, name), bytes, { mode: 0o600 });
}

function readTeeAnchors(home: Home): Map<string, TrustAnchor[]> {
  const folder = join(home.folder, 'trust', 'tee');
  const anchors = new Map<string, TrustAnchor[]>();
  for (const kind of readdirSync(folder)) {
    const files = listFiles(join(folder, kind));
    const read = files.map((name) => ({
      name,
      bytes: new Uint8Array(readFileSync(join(folder, kind, name))),
    }));
    if (read.length > 0) anchors.set(kind, read);
  }
  return anchors;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

function keyOf(owner: SigningKey): TrustedKey {
  const [key] = parsePublicKeys(owner.publicKey.export({ format: 'pem', type: 'spki' }).toString());
  if (key === undefined)
    throw new PedigreeError('ERR_INTERNAL', 'the owner key has no public half');
  return key;
}

/** Reads a key, or makes it where there is none. Two processes that start at once end with the same key. */
function openKey(path: string): SigningKey {
  try {
    writeFileSync(path, formatSigningKey(createSigningKey()), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!exists)
      throw new PedigreeError('ERR_STORE_UNAVAILABLE', 'the home folder is not writable', {
        file: path,
        cause: error,
      });
  }
  return parseSigningKey(readFileSync(path, 'utf8'));
}
