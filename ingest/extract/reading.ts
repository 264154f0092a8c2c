// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs, type JsonValue } from '../../core/canonical-json-jcs.ts';
import { PedigreeError } from '../../core/errors.ts';
import type { SchemaProblem } from '../../schemas/intoto/problem.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { SignedEnvelope } from '../../schemas/envelope.ts';
import type { ReadContext, Reading } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';

/**
 * The JSON value of a document that was detected as JSON. Half a surrogate pair is refused: readers disagree what it is
 * (RFC 8259 section 8.2), and facts that hold one have no canonical form to be pinned by.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for other bytes and for broken text
 */
export function jsonOf(decoded: Decoded): JsonValue {
  if (decoded.kind !== 'json') {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'this format is JSON');
  }
  if (decoded.hasBrokenText) throw new PedigreeError('ERR_PARSE_DOCUMENT', BROKEN_TEXT);
  return decoded.json.value;
}

const BROKEN_TEXT = 'text with half a surrogate pair';

/** Lists broken text, in formats that are read all the same: facts have U+FFFD in its place. Strict mode refuses it. */
export function withBrokenTextListed(reading: Reading, decoded: Decoded): Reading {
  if (decoded.kind !== 'json' || !decoded.hasBrokenText) return reading;
  const message = `${BROKEN_TEXT}: facts have U+FFFD in its place`;
  const problem = { code: 'text-broken', pointer: '', message };
  const { facts, conformant, conformanceProblems } = reading;
  return {
    ...reading,
    facts: { ...facts, problems: [...facts.problems, problem] },
    conformant: conformant === null ? null : false,
    conformanceProblems: [...conformanceProblems, problem],
  };
}

/** Finishes a document that states facts: its own problems are listed with them and decide conformance, where asked for. */
export function finishReading(
  builder: FactsBuilder,
  about: { readonly detected: Detected; readonly statementKind: string },
  context: ReadContext,
  problems: readonly SchemaProblem[],
): Reading {
  for (const { code, pointer, message } of problems) builder.problem(code, pointer, message);
  const { format, version } = about.detected;
  return {
    facts: builder.build({ format, version, statementKind: about.statementKind }),
    conformant: context.strict === true ? problems.length === 0 : null,
    conformanceProblems: problems,
  };
}

/**
 * Finishes an envelope: it states nothing by itself, its payload is a document of its own.
 * @param envelope undefined where the signature must not be counted for the payload
 */
export function finishEnvelope(
  payload: Uint8Array,
  envelope: SignedEnvelope | undefined,
  detected: Detected,
  context: ReadContext,
  problems: readonly SchemaProblem[],
): Reading {
  const about = { detected, statementKind: 'envelope' };
  const { facts, conformant, conformanceProblems } = finishReading(
    new FactsBuilder(context.digest),
    about,
    context,
    problems,
  );
  const inner = payload.length === 0 ? [] : [{ name: 'payload', bytes: payload }];
  return envelope === undefined
    ? { facts, conformant, conformanceProblems, inner }
    : { facts, conformant, conformanceProblems, envelope, inner };
}

/**
 * A part of a JSON document as a document of its own: RFC 8785 JSON.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it has no such form (broken text)
 */
export function innerJson(value: JsonValue, at: string): Uint8Array {
  try {
    return new TextEncoder().encode(canonicalizeJcs(value));
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'text that is not well-formed', { at, cause });
  }
}
