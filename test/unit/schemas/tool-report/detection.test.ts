// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { detectCsaf } from '../../../../schemas/csaf/detect.ts';
import { decode, type Decoded, type Detector } from '../../../../schemas/decoded.ts';
import { detectMlflow } from '../../../../schemas/mlflow/detect.ts';
import {
  detectOpenLineage,
  detectOpenLineageFacet,
} from '../../../../schemas/openlineage/detect.ts';
import { detectOpenVex } from '../../../../schemas/openvex/detect.ts';
import { detectOsv } from '../../../../schemas/osv/detect.ts';
import { detectOsvList } from '../../../../schemas/osv/list.ts';
import { splitJsonLines } from '../../../../schemas/jsonl.ts';
import { TOOL_ADAPTERS } from '../../../../schemas/tool-report/adapters.ts';
import { findLinesReport } from '../../../../schemas/tool-report/detect.ts';
import { allEntries } from '../../../../tools/corpus/entry.ts';
import { Comparison } from '../../../support/ml-documents.ts';
import { allSamples } from '../../../support/samples.ts';
import { describeShared, readShared } from '../../../support/shared.ts';

/** Every detector of findings and controls by itself, so that two that take one document show. */
const DETECTORS: readonly Detector[] = [
  detectOpenLineage,
  detectOpenLineageFacet,
  detectMlflow,
  detectOpenVex,
  detectCsaf,
  detectOsv,
  detectOsvList,
  ...TOOL_ADAPTERS.map((adapter): Detector => (decoded) => {
    const version = adapter.detect(decoded);
    return version === undefined ? undefined : { format: adapter.format, version };
  }),
];

/** Formats that these detectors take; of all other documents they must take none. */
const OWN = new Set([
  'openlineage',
  'openlineage-facet',
  'openvex',
  'csaf',
  'osv',
  'scorecard',
  'grype-json',
  'trivy-json',
]);

/** Corpus documents that are not what their label says: an event among facets, no report at all, a report on a BOM among BOMs. */
const DIFFERENT: ReadonlyMap<string, string | undefined> = new Map([
  ['example_full_event.json', 'openlineage'],
  ['scorecard-invalid.json', undefined],
  ['minikube-kbom.json.golden', 'trivy-json'],
]);

function findDecoded(bytes: Uint8Array): Decoded | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

function formatsOf(bytes: Uint8Array): string[] {
  const decoded = findLinesReport(bytes)?.decoded ?? findDecoded(bytes);
  if (decoded === undefined) return [];
  return DETECTORS.flatMap((detector) => detector(decoded)?.format ?? []);
}

/** What each sample of this part is; all other samples are none of these. */
const SAMPLE_FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^mlflow\/(?!model-triage)/, 'mlflow'],
  [/^(?:scorecard|bandit|dependency-check)\/.*\.sarif$/, 'sarif'],
  [/^scorecard\//, 'scorecard'],
  [/^grype\//, 'grype-json'],
  [/^bandit\//, 'bandit'],
  [/^modelscan\//, 'modelscan'],
  [/^nbdefense\//, 'nbdefense'],
  [/^great-expectations\//, 'great-expectations'],
  [/^deequ\//, 'deequ'],
  [/^ydata-profiling\//, 'ydata-profiling'],
  [/^evidently\//, 'evidently'],
  [/^whylogs\//, 'whylogs'],
  [/^giskard\//, 'giskard'],
  [/^art\/.*\.json$/, 'art'],
  [/^art\/.*\.txt$/, 'art-log'],
  [/^foolbox\/.*\.json$/, 'foolbox'],
  [/^foolbox\/.*\.txt$/, 'foolbox-log'],
  [/^textattack\//, 'textattack'],
  [/^dvc\/(?:metrics-show|.*-tampered-train)\.json$/, 'dvc-report'],
  [/^variant-sampling\/(?:.*-?diff|status)\.json$/, 'dvc-report'],
  [/^syft\/.*\.github\.json$/, 'dependency-snapshot'],
  [/^garak\//, 'garak'],
  [/^llm-guard\//, 'llm-guard'],
  [/^afl\/(?:fuzzer_stats|plot_data)$/, 'afl'],
  [/^tf-privacy\//, 'tf-privacy'],
  [/^threat-dragon\/open-threat-model/, 'open-threat-model'],
  [/^threat-dragon\/(?!tmbom)/, 'threat-dragon'],
  [/^dependency-check\/.*\.(?:json|xml)$/, 'dependency-check'],
  [/^dependency-track\//, 'dependency-track-fpf'],
  [/^atlas\/.*\.json$/, 'navigator-layer'],
  [/^atlas\/.*\.yaml$/, 'atlas-matrix'],
  [/^mlrun\//, 'mlrun'],
  [/^jenkins\//, 'jenkins'],
];
const NOT_TAKEN = new Set(['dependency-check/pom.xml']);

function sampleFormat(path: string): string[] {
  if (NOT_TAKEN.has(path)) return [];
  const found = SAMPLE_FORMATS.find(([pattern]) => pattern.test(path));
  return found === undefined ? [] : [found[1]];
}

describeShared('detection by content', () => {
  test('each corpus document is taken by its own detector, and by no other', () => {
    const comparison = new Comparison();
    for (const { path, format } of allEntries()) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const own = OWN.has(format) ? format : undefined;
      const expected = DIFFERENT.has(name) ? DIFFERENT.get(name) : own;
      const found = formatsOf(readShared('corpus', path));
      comparison.check(path, found, expected === undefined ? [] : [expected]);
    }
    comparison.report('detection over the corpus');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(1300);
  });

  test('each sample is taken by its own detector, and by no other', () => {
    const comparison = new Comparison();
    for (const { path } of allSamples()) {
      const bytes = readShared('samples', path);
      if (path.endsWith('openlineage.jsonl')) {
        for (const line of splitJsonLines(bytes) ?? []) {
          comparison.check(`${path} ${line.name}`, formatsOf(line.bytes), ['openlineage']);
        }
        comparison.check(path, findLinesReport(bytes), undefined);
      } else comparison.check(path, formatsOf(bytes), sampleFormat(path));
    }
    comparison.report('detection over the samples');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(230);
  });
});

test.each([
  '',
  '{}',
  '[]',
  '[{}]',
  '{"a":1}',
  '[1]',
  'null',
  'a: b',
  'id: 1\n',
  '{"entry_type":1}\n{}',
])('%j is no finding of anything', (text) => {
  expect(formatsOf(new TextEncoder().encode(text))).toEqual([]);
});

test('formats are named once', () => {
  const formats = TOOL_ADAPTERS.map(({ format }) => format);
  expect(new Set(formats).size).toBe(formats.length);
});
