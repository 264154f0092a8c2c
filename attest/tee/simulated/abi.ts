// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { canonicalizeJcs } from '../../../core/canonical-json-jcs.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import { findInstant } from '../../../core/instant.ts';
import type { Instant } from '../../../core/instant.ts';
import { isJsonObject, parseJson, stringMember } from '../../../core/json.ts';

/** The name of the kind, in evidence and everywhere else. */
export const SIMULATED_KIND = 'simulated';

/** Ties the signature to this use of the key. */
const DOMAIN = 'pedigree/simulated-evidence/v1';
const MAX_BYTES = 16 * 1024;
const MEMBERS = ['issuedAt', 'kind', 'measurement', 'platformKeyId', 'reportData', 'signature'];

/** What the simulated platform states; the signature covers exactly these members. */
export interface SimulatedStatement {
  readonly kind: typeof SIMULATED_KIND;
  /** `sha256:<hex>` of the platform key's SubjectPublicKeyInfo. */
  readonly platformKeyId: string;
  /** Lower-case hex of 48 bytes (SHA-384). */
  readonly measurement: string;
  /** Lower-case hex of 64 bytes. */
  readonly reportData: string;
  readonly issuedAt: Instant;
}

/** Parsed simulated evidence: nothing about it is verified yet. */
export interface SimulatedEvidence {
  readonly statement: SimulatedStatement;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/**
 * Parses simulated evidence: one JSON object with exactly its six members.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE, ERR_PARSE_JSON, ERR_PARSE_DUPLICATE_KEY, ERR_PARSE_DEPTH
 */
export function parseSimulatedEvidence(bytes: Uint8Array): SimulatedEvidence {
  if (bytes.length > MAX_BYTES) throw simulatedError('the evidence is too large');
  const { value } = parseJson(bytes, 2);
  if (!isJsonObject(value)) throw simulatedError('the evidence is not a JSON object');
  const unknown = Object.keys(value).find((key) => !MEMBERS.includes(key));
  if (unknown !== undefined) throw simulatedError(`unknown member "${excerpt(unknown)}"`);
  if (stringMember(value, 'kind') !== SIMULATED_KIND) {
    throw simulatedError(`kind is not "${SIMULATED_KIND}"`);
  }
  const issuedAt = stringMember(value, 'issuedAt') ?? '';
  const instant = findInstant(issuedAt);
  // the signed text holds the time as written, so only one writing is taken
  if (instant !== issuedAt) throw simulatedError('issuedAt is not a time in UTC with milliseconds');
  return {
    statement: {
      kind: SIMULATED_KIND,
      platformKeyId: readText(value, 'platformKeyId', /^sha256:[0-9a-f]{64}$/),
      measurement: readText(value, 'measurement', /^[0-9a-f]{96}$/),
      reportData: readText(value, 'reportData', /^[0-9a-f]{128}$/),
      issuedAt: instant,
    },
    signature: decodeSignature(readText(value, 'signature', /^[A-Za-z0-9_-]{86}$/)),
  };
}

/** The exact bytes that are signed: the domain, a zero byte, the RFC 8785 text of the statement. */
export function simulatedSigningBytes(statement: SimulatedStatement): Uint8Array {
  return new TextEncoder().encode(`${DOMAIN}\0${canonicalizeJcs(statement)}`);
}

/** The id of a platform key: SHA-256 of its SubjectPublicKeyInfo. */
export function platformKeyId(publicKey: KeyObject): string {
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}

function readText(value: JsonObject, key: string, form: RegExp): string {
  const text = stringMember(value, key);
  if (text === undefined || !form.test(text))
    throw simulatedError(`${key} is missing or malformed`);
  return text;
}

function decodeSignature(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text)
    throw simulatedError('signature is not canonical base64url');
  return new Uint8Array(bytes);
}

function simulatedError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', message);
}
