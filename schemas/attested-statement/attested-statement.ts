// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { findBase64 } from '../dsse/base64.ts';
import { parseDsse, type ParsedEnvelope } from '../dsse/envelope.ts';
import { refuse, strictObject } from '../statements/strict.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';
import type { AttachedEvidence, SignedEnvelope } from '../envelope.ts';

/** A signed statement with TEE evidence that is bound to it. */
export const ATTESTED_STATEMENT_MEDIA_TYPE = 'application/vnd.pedigree.attested-statement.v1+json';

const MAX_EVIDENCE = 16;
const MAX_ENDORSEMENTS = 64;
const KIND = /^[a-z][a-z0-9-]{0,63}$/;

export interface AttestedStatement extends ParsedEnvelope {
  readonly envelope: SignedEnvelope;
  readonly evidence: readonly AttachedEvidence[];
}

/** Recognises an attested statement by its media type. */
export function detectAttestedStatement(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const isOurs = stringMember(decoded.json.value, 'mediaType') === ATTESTED_STATEMENT_MEDIA_TYPE;
  return isOurs ? { format: 'attested-statement', version: 'v1' } : undefined;
}

/**
 * Parses an attested statement. The format is ours, so unknown members are refused.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_LIMIT_ITEMS
 * @see docs/statements.md
 */
export function parseAttestedStatement(value: JsonValue): AttestedStatement {
  const object = strictObject(value, ['mediaType', 'statement', 'evidence'], '');
  if (member(object, 'mediaType') !== ATTESTED_STATEMENT_MEDIA_TYPE) {
    throw refuse('/mediaType', 'not an attested statement');
  }
  const evidence = member(object, 'evidence');
  if (!Array.isArray(evidence)) throw refuse('/evidence', 'evidence is an array');
  if (evidence.length > MAX_EVIDENCE) {
    throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${MAX_EVIDENCE} pieces of evidence`);
  }
  const parsed = parseDsse(member(object, 'statement'), '/statement');
  const items = evidence as readonly JsonValue[];
  return {
    ...parsed,
    evidence: items.map((item, index) => parseEvidence(item, pointerJoin('/evidence', index))),
  };
}

/**
 * Puts an attested statement together.
 * @param statement the DSSE envelope as JSON
 */
export function createAttestedStatement(
  statement: JsonObject,
  evidence: readonly AttachedEvidence[],
): JsonObject {
  const value: JsonObject = {
    mediaType: ATTESTED_STATEMENT_MEDIA_TYPE,
    statement,
    evidence: evidence.map((item) => ({
      kind: item.kind,
      evidence: encode(item.evidence),
      endorsements: Object.fromEntries(
        [...item.endorsements].map(([name, bytes]) => [name, encode(bytes)]),
      ),
    })),
  };
  parseAttestedStatement(value);
  return value;
}

function parseEvidence(value: JsonValue, at: string): AttachedEvidence {
  const object = strictObject(value, ['kind', 'evidence', 'endorsements'], at);
  const kind = stringMember(object, 'kind');
  if (kind === undefined || !KIND.test(kind)) throw refuse(`${at}/kind`, 'kind names the evidence');
  const evidence = bytesOf(member(object, 'evidence'), `${at}/evidence`);
  if (evidence.length === 0) throw refuse(`${at}/evidence`, 'the evidence is empty');
  const endorsements = member(object, 'endorsements') ?? {};
  if (!isJsonObject(endorsements)) throw refuse(`${at}/endorsements`, 'endorsements is a map');
  const names = Object.keys(endorsements);
  if (names.length > MAX_ENDORSEMENTS) {
    throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${MAX_ENDORSEMENTS} endorsements`, {
      at,
    });
  }
  return {
    kind,
    evidence,
    endorsements: new Map(
      names.map((name) => [
        name,
        bytesOf(member(endorsements, name), pointerJoin(at, 'endorsements', name)),
      ]),
    ),
  };
}

function bytesOf(value: JsonValue | undefined, at: string): Uint8Array {
  const bytes = typeof value === 'string' ? findBase64(value) : undefined;
  if (bytes === undefined) throw refuse(at, 'not base64');
  return bytes;
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
