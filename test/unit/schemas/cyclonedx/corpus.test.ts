// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { checkCyclonedxConformance } from '../../../../schemas/cyclonedx/conformance.ts';
import { detectCyclonedxJson } from '../../../../schemas/cyclonedx/detect.ts';
import { parseCyclonedxJson } from '../../../../schemas/cyclonedx/parse.ts';
import { decode, type Decoded } from '../../../../schemas/decoded.ts';
import { corpusFacts } from '../../../support/cyclonedx-facts.ts';
import { describeShared, readShared } from '../../../support/shared.ts';

interface CorpusEntry {
  readonly path: string;
  readonly format: string;
  readonly valid: boolean;
  readonly expect: Readonly<Record<string, unknown>>;
}

/** Answered by the conformance check, or about the manifest's own making. */
const NOT_FACTS = new Set(['schema_valid', 'schema_check_agrees', 'error_class', 'error_at']);

/** What the manifest calls by a word of its own, in the words of the schema. */
const ERROR_CLASS_AT: ReadonlyMap<string, string> = new Map([
  ['bomFormat-missing-or-wrong', '/bomFormat'],
  ['specVersion-missing-or-unknown', '/specVersion'],
]);

/** Filed under CycloneDX by its name, but a Trivy report about a BOM: docs/corpus-disagreements.md. */
const NO_BOM = new Set([
  'cyclonedx-json/aquasecurity+trivy/integration/testdata/minikube-kbom.json.golden',
]);

describeShared('the CycloneDX JSON documents of the corpus', () => {
  const entries = readEntries();

  test('are detected with the version that they name', () => {
    const wrong = entries.filter(({ path, expect: facts }) => {
      const decoded = decodeOrUndefined(path);
      if (decoded === undefined || NO_BOM.has(path)) return false;
      const detected = detectCyclonedxJson(decoded);
      return detected?.version !== (facts['spec_version'] ?? null);
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
    for (const path of NO_BOM) {
      const decoded = decodeOrUndefined(path);
      expect(decoded && detectCyclonedxJson(decoded)).toBeUndefined();
    }
  });

  test('conform to the strict schema of their version exactly where the manifest says so', () => {
    const wrong = entries.filter(({ path, valid }) => verdictOf(path).conformant !== valid);
    expect(wrong.map(({ path }) => path)).toEqual([]);
    expect(entries.length).toBeGreaterThanOrEqual(369);
  });

  test('break the schema at the place and by the keyword that the manifest names', () => {
    let compared = 0;
    const wrong = entries.filter(({ path, valid, expect: facts }) => {
      const errorClass = facts['error_class'];
      if (valid || typeof errorClass !== 'string' || errorClass === 'json-syntax') return false;
      compared++;
      const { problems } = verdictOf(path);
      const elsewhere = ERROR_CLASS_AT.get(errorClass);
      if (elsewhere !== undefined) {
        return !problems.some(
          ({ pointer }) => pointer === '' || pointer === elsewhere || pointer === '/specVersion',
        );
      }
      return !problems.some(
        ({ code, pointer }) => code === errorClass && pointer === facts['error_at'],
      );
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
    expect(compared).toBe(105);
  });

  test('yield every fact that the manifest lists', () => {
    let compared = 0;
    const wrong: string[] = [];
    for (const { path, expect: facts } of entries) {
      const decoded = decodeOrUndefined(path);
      if (decoded?.kind !== 'json') continue;
      const found = corpusFacts(parseCyclonedxJson(decoded.json.value), decoded.json.value);
      for (const [key, value] of Object.entries(facts)) {
        if (NOT_FACTS.has(key)) continue;
        compared++;
        if (!isDeepStrictEqual(found[key], comparable(value))) wrong.push(`${key} ${path}`);
      }
    }
    process.stdout.write(`cyclonedx-json: ${compared} facts compared, ${wrong.length} wrong\n`);
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(4200);
  });
});

function readEntries(): readonly CorpusEntry[] {
  const text = new TextDecoder().decode(readShared('corpus', 'manifest.json'));
  const all = JSON.parse(text) as readonly CorpusEntry[];
  return all.filter(({ format }) => format === 'cyclonedx-json');
}

/** undefined: not even JSON. */
function decodeOrUndefined(path: string): Decoded | undefined {
  try {
    return decode(readShared('corpus', path));
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

function verdictOf(path: string): ReturnType<typeof checkCyclonedxConformance> {
  const decoded = decodeOrUndefined(path);
  if (decoded?.kind !== 'json') return { conformant: false, problems: [] };
  return checkCyclonedxConformance(decoded.json.value);
}

/** Long lists are compared by count and digest; an empty name is no name to us. */
function comparable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if ('sha256' in value && 'count' in value) return { count: value.count, sha256: value.sha256 };
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== ''));
}
