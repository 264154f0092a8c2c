// SPDX-License-Identifier: Apache-2.0
import { parseCyclonedxXml } from '../../../schemas/cyclonedx-xml/parse.ts';
import { parseCyclonedxJson } from '../../../schemas/cyclonedx/parse.ts';
import { decode } from '../../../schemas/decoded.ts';
import { parseXml } from '../../../schemas/xml/parse.ts';
import { identityChecks } from '../graph-checks.ts';
import { isRecord } from '../values.ts';
import type { Problem } from '../../../graph/domain/facts.ts';
import type { PreparedDocument } from '../../../ingest/prepare.ts';
import { bomFacts } from './bom-facts.ts';
import { jsonOf, ruleBroken } from './reading.ts';
import type { FormatComparer, FoundFacts } from '../comparer.ts';
import type { CorpusDocument } from '../entry.ts';

const APART = {
  schema_check_agrees: 'says that two peers agree, not what the document says',
};

/** What the manifest calls by a word of its own, as the schema and the place that it means. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  'bomFormat-missing-or-wrong': ['', '/bomFormat', '/specVersion'],
  'specVersion-missing-or-unknown': ['', '/specVersion'],
};

/** CycloneDX JSON 1.2 to 1.7. */
export const cyclonedxJson: FormatComparer = {
  formats: ['cyclonedx-json'],
  apart: APART,
  facts(document) {
    const conformance = conformanceFacts(document);
    if (document.prepared[0]?.facts === null) return conformance;
    const value = jsonOf(document);
    return { ...bomFacts(parseCyclonedxJson(value), value), ...conformance };
  },
  graph: identityChecks({ digests: 'hashes', purls: 'purls' }),
  // an empty name is no name to us
  adapt: (fact, value) => (fact === 'metadata_component' ? withoutEmpty(value) : value),
};

function conformanceFacts({ entry, prepared }: CorpusDocument): FoundFacts {
  const outer = prepared[0];
  const { error_class: errorClass, error_at: errorAt } = entry.expect;
  const problems = outer?.problems ?? [];
  return {
    schema_valid: outer?.conformant,
    error_class: isSyntaxError(outer) ? 'json-syntax' : ruleOf(problems, errorClass, errorAt),
    error_at: problems.find(({ pointer }) => pointer === errorAt)?.pointer,
  };
}

function isSyntaxError(outer: PreparedDocument | undefined): boolean {
  return outer?.reasons[0]?.startsWith('ERR_PARSE_JSON') === true;
}

function ruleOf(problems: readonly Problem[], errorClass: unknown, errorAt: unknown): unknown {
  const places = PLACES[String(errorClass)];
  if (places === undefined) return ruleBroken(problems, errorClass, errorAt);
  return problems.some(({ pointer }) => places.includes(pointer)) ? errorClass : undefined;
}

function withoutEmpty(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== ''));
}

/** libxml2's words for the validation rules of XML Schema. */
const RULES: Readonly<Record<string, string>> = {
  'xsd:SCHEMAV_CVC_ENUMERATION_VALID': 'xsd:cvc-enumeration-valid',
  'xsd:SCHEMAV_CVC_PATTERN_VALID': 'xsd:cvc-pattern-valid',
  'xsd:SCHEMAV_CVC_MINLENGTH_VALID': 'xsd:cvc-minLength-valid',
  'xsd:SCHEMAV_CVC_DATATYPE_VALID_1_2_1': 'xsd:cvc-datatype-valid.1.2.1',
  'xsd:SCHEMAV_CVC_COMPLEX_TYPE_4': 'xsd:cvc-complex-type.4',
  'xsd:SCHEMAV_ELEMENT_CONTENT': 'xsd:cvc-complex-type.2.4',
  'xsd:SCHEMAV_CVC_IDC': 'xsd:cvc-identity-constraint.4.1',
  'unknown-namespace': 'xsd:namespace',
};

/** CycloneDX XML 1.0 to 1.7. */
export const cyclonedxXml: FormatComparer = {
  formats: ['cyclonedx-xml'],
  apart: { ...APART, error_at: 'a line of libxml2; ours are XPaths' },
  facts(document) {
    const conformant = document.prepared[0]?.conformant;
    if (document.prepared[0]?.facts === null) {
      return { schema_valid: conformant, error_class: document.prepared[0].reasons[0] };
    }
    const decoded = decode(document.bytes);
    const root = parseXml(decoded.kind === 'text' ? decoded.text : '');
    const { bom } = parseCyclonedxXml(root);
    const problems = document.prepared[0]?.problems ?? [];
    return {
      ...likeExpected(bomFacts(bom, null), document.entry.expect),
      namespace: root.namespace,
      bom_version: bom.versionStated ? String(bom.version) : undefined,
      schema_valid: conformant,
      error_class: ruleBroken(problems, RULES[String(document.entry.expect['error_class'])]),
    };
  },
  graph: identityChecks({ digests: 'hashes', purls: 'purls' }),
  adapt: (fact, value) => (fact === 'error_class' ? (RULES[String(value)] ?? value) : value),
};

/** The manifest lists fewer members of a model or a formula for XML than for JSON. */
function likeExpected(found: FoundFacts, expected: FoundFacts): FoundFacts {
  return Object.fromEntries(
    Object.entries(found).map(([name, value]) => [name, onlyMembers(value, expected[name])]),
  );
}

function onlyMembers(found: unknown, expected: unknown): unknown {
  if (Array.isArray(found) && Array.isArray(expected)) {
    return found.map((item, at) => onlyMembers(item, expected[at]));
  }
  if (!isRecord(found) || !isRecord(expected)) return found;
  return Object.fromEntries(Object.entries(found).filter(([key]) => Object.hasOwn(expected, key)));
}
