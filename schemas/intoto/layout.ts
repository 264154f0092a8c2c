// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { findInstant, type Instant } from '../../core/instant.ts';
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from './problem.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** One step or inspection that a layout expects. */
export interface LayoutStep {
  readonly name: string;
  /** Key ids that may sign this step's link; none for an inspection. */
  readonly keyIds: readonly string[];
  /** How many of them must; 1 where the layout says nothing. */
  readonly threshold: number;
  /** Artefact rules as written: `["MATCH", "*", "WITH", "PRODUCTS", "FROM", "step"]`. */
  readonly expectedMaterials: readonly (readonly string[])[];
  readonly expectedProducts: readonly (readonly string[])[];
}

/** What a project owner expects of a supply chain: a policy, which states no lineage. */
export interface Layout {
  /** undefined where it is missing or no time. */
  readonly expires: Instant | undefined;
  readonly readme: string | undefined;
  readonly steps: readonly LayoutStep[];
  readonly inspections: readonly LayoutStep[];
  readonly problems: readonly SchemaProblem[];
}

/** Recognises a bare layout: `_type` is `layout`. */
export function detectLayout(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  if (stringMember(decoded.json.value, '_type') !== 'layout') return undefined;
  return { format: 'in-toto-layout', version: null };
}

/**
 * Parses a layout.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it is none, or a step has no name or no sensible threshold
 * @see https://github.com/in-toto/docs/blob/v0.9/in-toto-spec.md section 4.3
 */
export function parseLayout(value: JsonValue): Layout {
  const steps = arrayMember(value, 'steps');
  if (stringMember(value, '_type') !== 'layout' || steps === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'not an in-toto layout', {
      hint: 'it needs _type layout and the array steps',
    });
  }
  const problems: SchemaProblem[] = [];
  const expires = findInstant(stringMember(value, 'expires') ?? '');
  if (expires === undefined) {
    addProblem(problems, 'no-expiry', '/expires', 'the layout does not say until when it holds');
  }
  return {
    expires,
    readme: stringMember(value, 'readme'),
    steps: steps.map((step, index) => parseStep(step, pointerJoin('/steps', index))),
    inspections: (arrayMember(value, 'inspect') ?? []).map((step, index) =>
      parseStep(step, pointerJoin('/inspect', index)),
    ),
    problems,
  };
}

function parseStep(value: JsonValue, at: string): LayoutStep {
  const name = stringMember(value, 'name');
  const threshold = member(value, 'threshold') ?? 1;
  if (name === undefined || typeof threshold !== 'number' || !isCount(threshold)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a step needs a name and a whole threshold', {
      at,
    });
  }
  return {
    name,
    threshold,
    keyIds: readTexts(member(value, 'pubkeys'), pointerJoin(at, 'pubkeys')),
    expectedMaterials: parseRules(value, 'expected_materials', at),
    expectedProducts: parseRules(value, 'expected_products', at),
  };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function parseRules(step: JsonValue, key: string, at: string): readonly (readonly string[])[] {
  if (!isJsonObject(step) || member(step, key) === undefined) return [];
  const rules = arrayMember(step, key);
  const place = pointerJoin(at, key);
  if (rules === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'artefact rules come in an array', { at: place });
  }
  return rules.map((rule, index) => readTexts(rule, pointerJoin(place, index)));
}

function readTexts(value: JsonValue | undefined, at: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'expected an array of text', { at });
  }
  return (value as readonly JsonValue[]).map((item) => {
    if (typeof item === 'string') return item;
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'expected an array of text', { at });
  });
}
