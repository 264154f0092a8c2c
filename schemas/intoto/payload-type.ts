// SPDX-License-Identifier: Apache-2.0
import { includesAscii } from '../../core/bytes.ts';
import { isJsonObject, isUtf16, member, parseJson, stringMember } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from './problem.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { SignedEnvelope } from '../envelope.ts';

const IN_TOTO_PAYLOAD_TYPE = /^application\/vnd\.in-toto(?:\.[a-z0-9-]{1,64})?\+json$/;

/** True for the payload types that announce an in-toto statement, link or layout. */
function isInTotoPayloadType(payloadType: string): boolean {
  return IN_TOTO_PAYLOAD_TYPE.test(payloadType);
}

/**
 * Finds type confusion: a payload that is an in-toto document signed as something else, or the reverse. The signer signed
 * the pair (payloadType, payload), so such a signature says nothing about the payload as an in-toto document.
 * A payload that is not JSON is no confusion; it fails by itself.
 * @returns true where payloadType and payload contradict each other, with the reason added to `problems`
 * @see https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/envelope.md "payloadType … MUST be"
 */
export function hasTypeConfusion(
  envelope: SignedEnvelope,
  pointer: string,
  problems: SchemaProblem[],
): boolean {
  const announced = isInTotoPayloadType(envelope.payloadType);
  const isPlain = announced ? opensWithType(envelope.payload) : !mayBeInToto(envelope.payload);
  if (isPlain) return false;
  const payload = findJson(envelope.payload);
  if (!isJsonObject(payload)) return false;
  if (announced === isInTotoDocument(payload, announced)) return false;
  addProblem(
    problems,
    'payload-type-confusion',
    pointer,
    announced
      ? 'signed as an in-toto document, but the payload is none; the signature is not counted'
      : 'an in-toto document signed as another payload type; the signature is not counted',
  );
  return true;
}

/**
 * @param announced where the envelope announces in-toto, any `_type` will do here: the reader of the payload decides
 * whether it is the right one, and quarantines the payload where it is not
 */
function isInTotoDocument(payload: JsonValue, announced: boolean): boolean {
  const type = stringMember(payload, '_type');
  if (announced) return type !== undefined;
  if (type === 'link' || type === 'layout') return true;
  if (type?.startsWith('https://in-toto.io/') === true) return true;
  return member(payload, 'predicateType') !== undefined && member(payload, 'subject') !== undefined;
}

/** Bytes that are looked at before a payload is parsed. */
const OPENING_BYTES = 64;

/**
 * True where the payload, if it is JSON that we accept, is an object with a string `_type`: nearly every statement has it as
 * its first member, and parsing it all to find out would cost as much again as reading it.
 */
function opensWithType(payload: Uint8Array): boolean {
  const length = Math.min(payload.length, OPENING_BYTES);
  const opening = Buffer.from(payload.buffer, payload.byteOffset, length).toString('latin1');
  return /^\s*\{\s*"_type"\s*:\s*"/.test(opening);
}

/** An in-toto document in UTF-8 has one of these names, unless it writes it with an escape. */
function mayBeInToto(payload: Uint8Array): boolean {
  if (isUtf16(payload)) return true;
  return ['_type', 'predicateType', '\\u'].some((text) => includesAscii(payload, text));
}

function findJson(bytes: Uint8Array): JsonValue | undefined {
  try {
    return parseJson(bytes).value;
  } catch {
    return undefined;
  }
}
