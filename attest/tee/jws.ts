// SPDX-License-Identifier: Apache-2.0
import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { instantFromMs } from '../../core/instant.ts';
import type { Instant } from '../../core/instant.ts';
import { isJsonObject, member, parseJson, stringMember } from '../../core/json.ts';
import type { Verdict } from '../../core/verdict.ts';
import { isSignatureValid } from '../x509/signature-algorithm.ts';
import type { SignatureAlgorithm } from '../x509/signature-algorithm.ts';
import { failure } from './finding.ts';

/** A token in bytes. Those with a certificate chain have some 10 KiB. */
const MAX_TOKEN_BYTES = 128 * 1024;
const MAX_HEADER_DEPTH = 8;
const MAX_CLAIMS_DEPTH = 32;
/** 9999-12-31: beyond it a number of seconds names no time. */
const MAX_EPOCH_SECONDS = 253_402_300_799;

/** The asymmetric JWS algorithms that are accepted at all (RFC 7518 section 3.1, RFC 8037). Never `none`, never a MAC. */
export type JwsAlgorithm = 'ES256' | 'ES384' | 'ES512' | 'RS256' | 'RS384' | 'PS384' | 'EdDSA';

/** Algorithm and, for ECDSA, the one curve that goes with it; RSA keys have none. */
const FORM_OF_ALGORITHM: ReadonlyMap<string, readonly [SignatureAlgorithm, string?]> = new Map<
  string,
  readonly [SignatureAlgorithm, string?]
>([
  ['ES256', ['ecdsa-sha256', 'prime256v1']],
  ['ES384', ['ecdsa-sha384', 'secp384r1']],
  ['ES512', ['ecdsa-sha512', 'secp521r1']],
  ['RS256', ['rsa-sha256']],
  ['RS384', ['rsa-sha384']],
  ['PS384', ['rsa-pss-sha384']],
]);

/** A parsed JWS: nothing about it is verified, and its payload has not been read. */
export interface Jws {
  readonly header: JsonObject;
  /** As the header states it; checked against the list of the kind. */
  readonly algorithm: string;
  readonly payload: Uint8Array;
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Parses a JWS in compact serialization. White space around it is left out, as files end in a line break.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson
 * @see RFC 7515 section 7.1
 */
export function parseJws(bytes: Uint8Array): Jws {
  if (bytes.length > MAX_TOKEN_BYTES) throw jwsError('the token is too large');
  const token = Buffer.from(bytes).toString('latin1').trim();
  const parts = token.split('.', 4);
  const [head = '', body = '', tail = ''] = parts;
  if (parts.length !== 3) throw jwsError('a token has three parts');
  const header = parseObject(decodePart(head, 'header'), MAX_HEADER_DEPTH, 'header');
  // RFC 7515 4.1.11: what must be understood and is not makes the token invalid; b64 is such a thing
  for (const name of ['crit', 'b64', 'zip', 'enc']) {
    if (member(header, name) !== undefined) throw jwsError(`the header has "${name}"`);
  }
  const algorithm = stringMember(header, 'alg');
  if (algorithm === undefined) throw jwsError('the header names no algorithm');
  return {
    header,
    algorithm,
    payload: decodePart(body, 'payload'),
    signingInput: Buffer.from(`${head}.${body}`),
    signature: decodePart(tail, 'signature'),
  };
}

/** True where the key made the signature, with an algorithm of the list that fits the key. */
export function isJwsSignedBy(
  jws: Jws,
  key: KeyObject,
  algorithms: ReadonlySet<JwsAlgorithm>,
): boolean {
  if (![...algorithms].some((one) => one === jws.algorithm)) return false;
  const { signingInput, signature } = jws;
  if (jws.algorithm === 'EdDSA') {
    return key.asymmetricKeyType === 'ed25519' && verify(null, signingInput, key, signature);
  }
  const form = FORM_OF_ALGORITHM.get(jws.algorithm);
  if (form === undefined) return false;
  const [algorithm, curve] = form;
  if (key.asymmetricKeyDetails?.namedCurve !== curve) return false;
  return isSignatureValid(algorithm, key, signingInput, signature, 'raw');
}

/**
 * The claims of a token. Called once its signature holds.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson
 */
export function readJwtClaims(jws: Jws): JsonObject {
  return parseObject(jws.payload, MAX_CLAIMS_DEPTH, 'payload');
}

/** The times of a token; null where it has none. */
export interface JwtTimes {
  readonly issuedAt: Instant;
  readonly notBefore: Instant | null;
  readonly expiresAt: Instant | null;
}

/**
 * The times of a token. Without `iat` nobody knows how old it is, so that it is required.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see RFC 7519 section 4.1
 */
export function readJwtTimes(claims: JsonObject): JwtTimes {
  const issuedAt = readNumericDate(claims, 'iat');
  if (issuedAt === null) throw jwsError('iat is missing');
  return {
    issuedAt,
    notBefore: readNumericDate(claims, 'nbf'),
    expiresAt: readNumericDate(claims, 'exp'),
  };
}

/** Why a token is not in force at the time; undefined where it is. */
export function findTimeFault(times: JwtTimes, at: Instant): Verdict<never> | undefined {
  const { issuedAt, notBefore, expiresAt } = times;
  if (expiresAt !== null && at >= expiresAt) {
    const message = `the token was valid until ${expiresAt}`;
    return failure('freshness', 'token-expired', message, { at: '/exp', clause: 'RFC 7519 4.1.4' });
  }
  if (notBefore !== null && at < notBefore) {
    const message = `the token is valid from ${notBefore}`;
    const details = { at: '/nbf', clause: 'RFC 7519 4.1.5' };
    return failure('freshness', 'token-not-yet-valid', message, details);
  }
  if (at < issuedAt) {
    const message = `the token was issued at ${issuedAt}, after ${at}`;
    return failure('freshness', 'token-not-yet-issued', message, { at: '/iat' });
  }
  return undefined;
}

/**
 * A claim that is one text or a list of texts (`aud`, `eat_nonce`).
 * @returns empty where the claim is absent
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function readTexts(claims: JsonObject, name: string): string[] {
  const value = member(claims, name);
  if (value === undefined) return [];
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (list.length > 64) throw jwsError(`${name} has too many values`);
  return list.map((item) => {
    if (typeof item !== 'string' || item === '') throw jwsError(`${name} is not text`);
    return item;
  });
}

/**
 * A claim that must be text.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function requireTextClaim(claims: JsonObject, name: string): string {
  const value = stringMember(claims, name);
  if (value === undefined || value === '') throw jwsError(`${name} is missing or not text`);
  return value;
}

function readNumericDate(claims: JsonObject, name: string): Instant | null {
  const value = member(claims, name);
  if (value === undefined) return null;
  if (typeof value !== 'number' || !(value >= 0) || value > MAX_EPOCH_SECONDS) {
    throw jwsError(`${name} is not a time`);
  }
  return instantFromMs(Math.floor(value * 1000));
}

function parseObject(bytes: Uint8Array, maxDepth: number, what: string): JsonObject {
  // parseJson reads UTF-16 as well; a token is UTF-8 (RFC 7515 section 3.1)
  if ((bytes[0] ?? 0) >= 0x80) throw jwsError(`the ${what} is not UTF-8 text`);
  const { value } = parseJson(bytes, maxDepth);
  if (!isJsonObject(value)) throw jwsError(`the ${what} is not a JSON object`);
  return value;
}

/** Unpadded base64url in its one canonical writing. */
function decodePart(text: string, what: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) {
    throw jwsError(`the ${what} is not base64url: "${excerpt(text, 20)}"`);
  }
  return new Uint8Array(bytes);
}

/** Always ERR_PARSE_EVIDENCE. */
export function jwsError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', message);
}
