// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { arrayMember, member, pointerJoin, stringMember } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import { findBase64 } from './base64.ts';
import { findSignatureCertificates } from './certificates.ts';
import { preAuthenticationEncoding } from './pae.ts';
import type { Decoded, Detected } from '../decoded.ts';
import type { EnvelopeSignature, SignedEnvelope } from '../envelope.ts';

/** More signatures than any threshold asks for; each one costs a verification. */
const MAX_SIGNATURES = 1000;

export interface ParsedEnvelope {
  readonly envelope: SignedEnvelope;
  /** What departs from the DSSE specification. */
  readonly problems: readonly SchemaProblem[];
}

/** Recognises a DSSE envelope: an object with `payload` and `payloadType`. */
export function detectDsse(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const { value } = decoded.json;
  const claims =
    member(value, 'payload') !== undefined && member(value, 'payloadType') !== undefined;
  return claims ? { format: 'dsse', version: null } : undefined;
}

/**
 * Parses a DSSE v1 envelope. A signature that cannot be decoded stays in the list with no bytes, so that it fails
 * verification by name instead of taking the payload with it; a payload that cannot be decoded is fatal.
 * @param value the envelope object, parsed JSON
 * @param at JSON Pointer of the envelope inside its document
 * @param material what came along with the envelope; it takes the place of what signatures carry beside the specification
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where payload, payloadType or signatures are not what DSSE says; ERR_LIMIT_ITEMS
 * @see https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md
 */
export function parseDsse(
  value: unknown,
  at = '',
  material?: SignedEnvelope['material'],
): ParsedEnvelope {
  const payloadType = stringMember(value, 'payloadType');
  const encoded = stringMember(value, 'payload');
  const entries = arrayMember(value, 'signatures');
  if (payloadType === undefined || encoded === undefined || entries === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'not a DSSE envelope', {
      at,
      hint: 'it needs the strings payload and payloadType and the array signatures',
    });
  }
  if (!payloadType.isWellFormed()) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'payloadType is not well-formed text', { at });
  }
  const payload = findBase64(encoded);
  if (payload === undefined) {
    throw new PedigreeError(
      'ERR_PARSE_DOCUMENT',
      `payload is not base64: "${excerpt(encoded, 40)}"`,
      {
        at: pointerJoin(at, 'payload'),
      },
    );
  }
  if (entries.length > MAX_SIGNATURES) {
    throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${MAX_SIGNATURES} signatures`, { at });
  }
  const problems: SchemaProblem[] = [];
  if (entries.length === 0) {
    addProblem(
      problems,
      'no-signature',
      pointerJoin(at, 'signatures'),
      'nobody signed this envelope',
    );
  }
  if (payload.length === 0) {
    addProblem(problems, 'empty-payload', pointerJoin(at, 'payload'), 'the payload is empty');
  }
  const certificates: Uint8Array[] = [];
  const signatures: EnvelopeSignature[] = [];
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index];
    collectCertificates(entry, at, index, certificates, problems);
    signatures.push(toSignature(entry, at, index, problems));
  }
  const carried = certificates.length > 0 ? { certificates } : undefined;
  const came = material ?? carried;
  const envelope: SignedEnvelope = {
    envelopeType: 'dsse',
    payloadType,
    payload,
    // a copy of the payload, which only who checks signatures needs
    get signedBytes() {
      return preAuthenticationEncoding(payloadType, payload);
    },
    signatures,
    ...(came !== undefined && { material: came }),
  };
  return { envelope, problems };
}

function toSignature(
  entry: unknown,
  at: string,
  index: number,
  problems: SchemaProblem[],
): EnvelopeSignature {
  const keyId = stringMember(entry, 'keyid') ?? null;
  const encoded = stringMember(entry, 'sig');
  const signature = encoded === undefined ? undefined : findBase64(encoded);
  if (signature === undefined || signature.length === 0) {
    const place = pointerJoin(at, 'signatures', index);
    addProblem(problems, 'signature-unreadable', place, 'sig is missing, empty or not base64');
    return { keyId, signature: new Uint8Array() };
  }
  return { keyId, signature };
}

function collectCertificates(
  entry: unknown,
  at: string,
  index: number,
  certificates: Uint8Array[],
  problems: SchemaProblem[],
): void {
  const found = findSignatureCertificates(entry);
  if (found === undefined) {
    const place = pointerJoin(at, 'signatures', index);
    addProblem(problems, 'certificate-unreadable', place, 'the certificate is not PEM');
    return;
  }
  for (const certificate of found) certificates.push(certificate);
}
