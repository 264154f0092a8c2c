// SPDX-License-Identifier: Apache-2.0
import { optional } from '../optional.ts';
import { countBy, countedResults, jsonOrYamlRoot } from '../read.ts';
import { arrayMember, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/** MITRE ATLAS itself: the matrix of tactics, techniques, mitigations and case studies that a risk assessment was made against. @see https://github.com/mitre-atlas/atlas-data */
export const atlasMatrix: ToolAdapter = {
  format: 'atlas-matrix',
  detect(decoded) {
    if (decoded.kind === 'json') return versionIn(jsonObject(decoded));
    if (decoded.kind !== 'text') return undefined;
    const head = decoded.text.slice(0, 1024);
    const isMatrix = /^(?:---\r?\n)?id: [A-Z]/.test(head) && /^matrices:\r?$/m.test(head);
    return isMatrix ? (/^version: ["']?([0-9][\w.+-]{0,30})/m.exec(head)?.[1] ?? null) : undefined;
  },
  parse: (decoded) => parseMatrices(jsonOrYamlRoot(decoded)),
};

/** The version of a matrix that somebody turned into JSON; null where it has none, undefined for what is no matrix. */
function versionIn(document: unknown): string | null | undefined {
  const matrices = arrayMember(document, 'matrices') ?? [];
  const isMatrix =
    stringMember(document, 'id') !== undefined &&
    matrices.length > 0 &&
    matrices.every((one) => ['tactics', 'techniques'].every((part) => arrayMember(one, part)));
  return isMatrix ? (stringMember(document, 'version') ?? null) : undefined;
}

function parseMatrices(root: Place): ToolReport {
  const studies = root.at('case-studies').items;
  return {
    tool: 'mitre-atlas',
    ...optional('toolVersion', root.at('version').written),
    stages: [1],
    about: [],
    results: [
      ...root.at('matrices').items.flatMap(countsOf),
      ...(studies.length > 0 ? [counted('case-studies', studies.length)] : []),
      ...techniquesOf(studies),
    ],
    summary: {
      ...optional('id', root.at('id').text),
      ...optional('name', root.at('name').text),
    },
  };
}

function countsOf(matrix: Place): ReportResult[] {
  const id = matrix.at('id').text ?? '';
  return ['tactics', 'techniques', 'mitigations'].flatMap((part) => {
    const { length } = matrix.at(part).items;
    return length > 0 ? [counted(`${id} ${part}`, length)] : [];
  });
}

function counted(name: string, count: number): ReportResult {
  return { name, outcome: 'info', count: String(count) };
}

/** How often each technique was seen in the case studies. */
function techniquesOf(studies: readonly Place[]): ReportResult[] {
  const steps = studies.flatMap((study) => study.at('procedure').items);
  const techniques = steps.flatMap((step) => step.at('technique').text ?? []);
  return countedResults(
    countBy(techniques, (id) => id),
    'info',
  );
}
