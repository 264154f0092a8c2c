// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs, type JsonValue } from '../../core/canonical-json-jcs.ts';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { assertOlpcForm, canonicalizeOlpc } from './canonical-json-olpc.ts';
import { addProblem, type SchemaProblem } from './problem.ts';
import type { Decoded, Detected } from '../decoded.ts';
import type { EnvelopeSignature, SignedEnvelope } from '../envelope.ts';

const MAX_SIGNATURES = 1000;
const UTF_8 = new TextEncoder();

export interface ParsedMetablock {
  /**
   * The payload as a document of its own: RFC 8785 JSON of `signed`. OLPC canonical JSON, which is what the signer signed,
   * leaves control characters raw inside strings (a newline in a link's stdout), so it is not always JSON; both forms carry
   * the same value, and one value has one form in each. Hence payload ≠ signedBytes.
   */
  readonly payload: Uint8Array;
  /** undefined where `signed` has no OLPC form: then no signature can be valid over it. */
  readonly envelope: SignedEnvelope | undefined;
  readonly problems: readonly SchemaProblem[];
}

/** Recognises an in-toto metablock: `{"signed": {"_type": "link" | "layout", …}, "signatures": […]}`. */
export function detectMetablock(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const type = stringMember(member(decoded.json.value, 'signed'), '_type');
  const isMetablock = type === 'link' || type === 'layout';
  if (!isMetablock || member(decoded.json.value, 'signatures') === undefined) return undefined;
  return { format: 'in-toto-metablock', version: null };
}

/**
 * Parses an in-toto metablock of v0.9 and v1.0 (`.link`, `.layout`).
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where `signed` or `signatures` is missing or `signed` is not a link or layout;
 * ERR_LIMIT_ITEMS
 * @see https://github.com/in-toto/docs/blob/v0.9/in-toto-spec.md section 4.2
 */
export function parseMetablock(value: JsonValue): ParsedMetablock {
  const signed = member(value, 'signed');
  const entries = arrayMember(value, 'signatures');
  const type = stringMember(signed, '_type');
  if (signed === undefined || entries === undefined || (type !== 'link' && type !== 'layout')) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'not an in-toto metablock', {
      hint: 'it needs signed, with _type link or layout, and the array signatures',
    });
  }
  if (entries.length > MAX_SIGNATURES) {
    throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${MAX_SIGNATURES} signatures`);
  }
  const problems: SchemaProblem[] = [];
  const payload = toPayload(signed);
  const isSignable = hasSignedForm(signed, problems);
  if (entries.length === 0) {
    addProblem(problems, 'no-signature', '/signatures', 'nobody signed this metablock');
  }
  const signatures: EnvelopeSignature[] = [];
  for (let index = 0; index < entries.length; index++) {
    signatures.push(toSignature(entries[index], index, problems));
  }
  const envelope = isSignable ? toEnvelope(signed, type, payload, signatures) : undefined;
  return { payload, envelope, problems };
}

function toEnvelope(
  signed: JsonValue,
  type: 'link' | 'layout',
  payload: Uint8Array,
  signatures: readonly EnvelopeSignature[],
): SignedEnvelope {
  let signedBytes: Uint8Array | undefined;
  return {
    envelopeType: 'in-toto-metablock',
    payloadType: `application/vnd.in-toto.${type}+json`,
    payload,
    // as long as the payload, and only who checks signatures needs it
    get signedBytes() {
      return (signedBytes ??= UTF_8.encode(canonicalizeOlpc(signed)));
    },
    signatures,
  };
}

function toPayload(signed: JsonValue): Uint8Array {
  try {
    return UTF_8.encode(canonicalizeJcs(signed));
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'signed has no canonical JSON form', {
      at: '/signed',
      cause,
    });
  }
}

function hasSignedForm(signed: JsonValue, problems: SchemaProblem[]): boolean {
  try {
    assertOlpcForm(signed);
    return true;
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    addProblem(problems, 'not-canonicalisable', '/signed', error.message);
    return false;
  }
}

/** `sig` is hex; a GPG signature has `signature` in hex and `other_headers`, which its verifier reads for itself. */
function toSignature(
  entry: JsonValue | undefined,
  index: number,
  problems: SchemaProblem[],
): EnvelopeSignature {
  const keyId = stringMember(entry, 'keyid') ?? null;
  const hex = stringMember(entry, 'sig') ?? stringMember(entry, 'signature') ?? '';
  if (
    !isJsonObject(entry) ||
    hex.length === 0 ||
    hex.length % 2 !== 0 ||
    !/^[0-9a-fA-F]*$/.test(hex)
  ) {
    const place = pointerJoin('/signatures', index);
    addProblem(problems, 'signature-unreadable', place, 'sig is missing or not hex');
    return { keyId, signature: new Uint8Array() };
  }
  const signature = new Uint8Array(hex.length / 2);
  Buffer.from(signature.buffer).write(hex, 'hex');
  return { keyId, signature };
}
