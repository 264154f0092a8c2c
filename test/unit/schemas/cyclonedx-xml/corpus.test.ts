// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { checkCyclonedxXmlConformance } from '../../../../schemas/cyclonedx-xml/conformance.ts';
import { detectCyclonedxXml } from '../../../../schemas/cyclonedx-xml/detect.ts';
import { parseCyclonedxXml } from '../../../../schemas/cyclonedx-xml/parse.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { parseXml } from '../../../../schemas/xml/parse.ts';
import { corpusFacts } from '../../../support/cyclonedx-facts.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { XmlElement } from '../../../../schemas/xml/element.ts';

interface CorpusEntry {
  readonly path: string;
  readonly format: string;
  readonly valid: boolean;
  readonly expect: Readonly<Record<string, unknown>>;
}

/** Answered by the conformance check, or about the manifest's own making. */
const NOT_FACTS = new Set(['schema_valid', 'schema_check_agrees', 'error_class', 'error_at']);

/** An XML declaration and nothing else. */
const NO_DOCUMENT = 'cyclonedx-xml/guacsec+guac/exampledata/invalid-cyclonedx.xml';

/** libxml2's words for the validation rules of XML Schema. */
const RULES: ReadonlyMap<string, string> = new Map([
  ['xsd:SCHEMAV_CVC_ENUMERATION_VALID', 'xsd:cvc-enumeration-valid'],
  ['xsd:SCHEMAV_CVC_PATTERN_VALID', 'xsd:cvc-pattern-valid'],
  ['xsd:SCHEMAV_CVC_MINLENGTH_VALID', 'xsd:cvc-minLength-valid'],
  ['xsd:SCHEMAV_CVC_DATATYPE_VALID_1_2_1', 'xsd:cvc-datatype-valid.1.2.1'],
  ['xsd:SCHEMAV_CVC_COMPLEX_TYPE_4', 'xsd:cvc-complex-type.4'],
  ['xsd:SCHEMAV_ELEMENT_CONTENT', 'xsd:cvc-complex-type.2.4'],
  ['xsd:SCHEMAV_CVC_IDC', 'xsd:cvc-identity-constraint.4.1'],
  ['unknown-namespace', 'xsd:namespace'],
]);

/** docs/corpus-disagreements.md: the manifest counts less than the document states. */
const DISAGREEMENTS = new Set([
  'licenses CycloneDX+specification/1.7/valid-license-choice-1.7.xml',
  'licenses CycloneDX+specification/1.7/valid-license-declared-concluded-mix-1.7.xml',
  'licenses CycloneDX+specification/1.7/valid-license-expression-with-licensing-1.7.xml',
  'licenses CycloneDX+specification/1.7/valid-license-expression-with-text-1.7.xml',
  'dependency_entries CycloneDX+specification/ext/invalid-depgraph-1.0.xml',
  'dependency_entries CycloneDX+specification/ext/valid-depgraph-1.0.xml',
  'dependency_entries CycloneDX+specification/ext/valid-component-depgraph-1.0.xml',
  'dependency_edges CycloneDX+specification/ext/valid-component-depgraph-1.0.xml',
]);

describeShared('the CycloneDX XML documents of the corpus', () => {
  const entries = readEntries();
  const documents = entries.filter(({ path }) => path !== NO_DOCUMENT);

  test('are detected with the version that their namespace names', () => {
    const wrong = documents.filter(({ path, expect: facts }) => {
      const detected = detectCyclonedxXml(decode(readShared('corpus', path)));
      return detected?.version !== (facts['spec_version'] ?? null);
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
    expect(detectCyclonedxXml(decode(readShared('corpus', NO_DOCUMENT)))).toBeUndefined();
  });

  test('conform to the official schema of their version exactly where the manifest says so', () => {
    const wrong = documents.filter(
      ({ path, valid }) => checkCyclonedxXmlConformance(rootOf(path)).conformant !== valid,
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
    expect(documents.length).toBe(167);
  });

  test('break the rule that the manifest names', () => {
    let compared = 0;
    const wrong = documents.flatMap(({ path, expect: facts }) => {
      const errorClass = facts['error_class'];
      if (typeof errorClass !== 'string') return [];
      compared++;
      const rule = RULES.get(errorClass);
      const { problems } = checkCyclonedxXmlConformance(rootOf(path));
      const found = problems.map(({ code }) => code);
      return rule !== undefined && found.includes(rule) ? [] : [`${path}: ${found.join(' ')}`];
    });
    expect(wrong).toEqual([]);
    expect(compared).toBe(59);
  });

  test('yield every fact that the manifest lists', () => {
    let compared = 0;
    const wrong: string[] = [];
    for (const { path, expect: facts } of documents) {
      const found = factsOf(rootOf(path));
      for (const [key, value] of Object.entries(facts)) {
        if (NOT_FACTS.has(key)) continue;
        compared++;
        if (isDeepStrictEqual(comparable(found[key], value), withoutFirst(value))) continue;
        wrong.push(`${key} ${path.replace('cyclonedx-xml/', '')}`);
      }
    }
    const unexplained = wrong.filter((line) => !DISAGREEMENTS.has(line));
    process.stdout.write(`cyclonedx-xml: ${compared} facts compared, ${wrong.length} differ\n`);
    expect(unexplained).toEqual([]);
    expect(wrong.length).toBe(DISAGREEMENTS.size);
    expect(compared).toBeGreaterThan(1900);
  });
});

function readEntries(): readonly CorpusEntry[] {
  const text = new TextDecoder().decode(readShared('corpus', 'manifest.json'));
  const all = JSON.parse(text) as readonly CorpusEntry[];
  return all.filter(({ format }) => format === 'cyclonedx-xml');
}

function rootOf(path: string): XmlElement {
  const decoded = decode(readShared('corpus', path));
  if (decoded.kind !== 'text') throw new Error(`no text: ${path}`);
  return parseXml(decoded.text);
}

function factsOf(root: XmlElement): Readonly<Record<string, unknown>> {
  const { bom } = parseCyclonedxXml(root);
  const version = bom.versionStated ? String(bom.version) : undefined;
  return { ...corpusFacts(bom, null), namespace: root.namespace, bom_version: version };
}

/** The manifest lists fewer members of a model or a formula for XML than for JSON. */
function comparable(found: unknown, expected: unknown): unknown {
  if (Array.isArray(found) && Array.isArray(expected)) {
    return found.map((item, at) => comparable(item, expected[at]));
  }
  if (!isRecord(found) || !isRecord(expected)) return found;
  return Object.fromEntries(Object.entries(found).filter(([key]) => Object.hasOwn(expected, key)));
}

function withoutFirst(value: unknown): unknown {
  if (!isRecord(value) || !('sha256' in value)) return value;
  return { count: value['count'], sha256: value['sha256'] };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
