// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs, type JsonValue } from '../../core/canonical-json-jcs.ts';
import { excerpt } from '../../core/errors.ts';
import { isJsonObject, member, parseJson, pointerJoin, stringMember } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import { findBase64 } from '../dsse/base64.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** One signed envelope inside Google Cloud Build's description of an image. */
export interface GcbProvenance {
  /** `provenance-<index>`. */
  readonly name: string;
  /** The DSSE envelope as JSON. */
  readonly envelope: JsonValue;
}

export interface ParsedGcb {
  readonly provenances: readonly GcbProvenance[];
  readonly problems: readonly SchemaProblem[];
}

/** Recognises the output of `gcloud artifacts docker images describe --show-provenance --format json`. */
export function detectGcbProvenance(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const { value } = decoded.json;
  const summary = member(value, 'image_summary');
  const isGcb =
    member(value, 'provenance_summary') !== undefined ||
    stringMember(summary, 'fully_qualified_digest') !== undefined;
  return isGcb ? { format: 'slsa-gcb', version: null } : undefined;
}

/**
 * Unpacks the envelopes. The description repeats each statement outside its envelope, unsigned and easy to change; only
 * what the envelope holds is read, and a copy that says something else is a problem.
 * @see https://cloud.google.com/build/docs/securing-builds/generate-validate-build-provenance
 */
export function parseGcbProvenance(value: JsonValue): ParsedGcb {
  const at = '/provenance_summary/provenance';
  const written = member(member(value, 'provenance_summary'), 'provenance') ?? [];
  const list = Array.isArray(written) ? (written as readonly JsonValue[]) : [];
  const problems: SchemaProblem[] = [];
  if (!Array.isArray(written)) {
    addProblem(problems, 'provenance-malformed', at, 'provenance is no list');
  } else if (list.length === 0) {
    addProblem(problems, 'no-provenance', at, 'the image is described without any provenance');
  }
  const provenances = list.flatMap((item, index): readonly GcbProvenance[] => {
    const place = pointerJoin(at, index);
    if (member(item, 'kind') !== 'BUILD') {
      const kind = JSON.stringify(member(item, 'kind') ?? null);
      addProblem(problems, 'gcb-kind', place, `occurrence of kind ${excerpt(kind, 40)}, not BUILD`);
    }
    const envelope = member(item, 'envelope');
    if (!isJsonObject(envelope)) {
      addProblem(problems, 'gcb-no-envelope', place, 'the provenance has no signed envelope');
      return [];
    }
    listCopyProblems(item, envelope, place, problems);
    return [{ name: `provenance-${index}`, envelope }];
  });
  return { provenances, problems };
}

function listCopyProblems(
  item: JsonValue,
  envelope: JsonValue,
  place: string,
  problems: SchemaProblem[],
): void {
  const signed = findPayload(envelope);
  const build = member(item, 'build');
  for (const key of ['intotoStatement', 'inTotoSlsaProvenanceV1']) {
    const copy = member(build, key);
    if (copy === undefined || signed === undefined || isPartOf(copy, signed)) continue;
    const pointer = pointerJoin(place, 'build', key);
    addProblem(problems, 'gcb-copy-differs', pointer, 'the unsigned copy is not what was signed');
  }
}

function findPayload(envelope: JsonValue): JsonValue | undefined {
  const encoded = member(envelope, 'payload');
  const bytes = typeof encoded === 'string' ? findBase64(encoded) : undefined;
  try {
    return bytes === undefined ? undefined : parseJson(bytes).value;
  } catch {
    return undefined;
  }
}

/** The copy of a v0.1 statement leaves members out; those it has must be the signed ones. */
function isPartOf(copy: JsonValue, signed: JsonValue): boolean {
  if (!isJsonObject(copy)) return false;
  try {
    return Object.keys(copy).every(
      (key) => canonicalizeJcs(copy[key]) === canonicalizeJcs(member(signed, key) ?? null),
    );
  } catch {
    return false;
  }
}
