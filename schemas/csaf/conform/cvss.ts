// SPDX-License-Identifier: Apache-2.0
import { addProblem, type SchemaProblem } from '../../intoto/problem.ts';
import { findContradictions } from './cvss-metrics.ts';
import type { Place } from '../../tool-report/place.ts';

/** Members that each version of CVSS has to have. */
const REQUIRED: ReadonlyMap<string, readonly string[]> = new Map([
  ['cvss_v2', ['version', 'vectorString', 'baseScore']],
  ['cvss_v3', ['version', 'vectorString', 'baseScore', 'baseSeverity']],
  ['cvss_v4', ['version', 'vectorString', 'baseScore', 'baseSeverity']],
]);

/** Faults of scores: incomplete ones, ones that do not follow from their vector, several of one version for a product. */
export function findCvssFaults(root: Place): readonly SchemaProblem[] {
  const faults: SchemaProblem[] = [];
  for (const vulnerability of root.at('vulnerabilities').items) {
    const seen = new Set<string>();
    for (const score of [
      ...vulnerability.at('scores').items,
      ...vulnerability.at('metrics').items,
    ]) {
      const content = score.at('content').exists ? score.at('content') : score;
      for (const [kind, required] of REQUIRED) {
        const cvss = content.at(kind);
        if (!cvss.isObject) continue;
        checkComplete(cvss, required, faults);
        if (kind === 'cvss_v2' || kind === 'cvss_v3') {
          checkScore(cvss, kind, faults);
          checkMetrics(cvss, kind, faults);
        }
        checkSingle(score, content, cvss, kind, seen, faults);
      }
    }
  }
  return faults;
}

function checkComplete(cvss: Place, required: readonly string[], faults: SchemaProblem[]): void {
  for (const key of required) {
    if (!cvss.at(key).exists) addProblem(faults, '6.1.8', cvss.pointer, `"${key}" is required`);
  }
}

/** One version once for each product, from one source (2.1). */
function checkSingle(
  score: Place,
  content: Place,
  cvss: Place,
  kind: string,
  seen: Set<string>,
  faults: SchemaProblem[],
): void {
  const version = cvss.at('version').text ?? kind;
  const source = score.at('source').text ?? content.at('source').text ?? '';
  for (const { text, pointer } of score.at('products').items) {
    const key = JSON.stringify([version, source, text]);
    if (seen.has(key)) addProblem(faults, '6.1.7', pointer, `a second CVSS ${version} score`);
    seen.add(key);
  }
}

type Weights = Readonly<Record<string, number>>;

/** The numbers of CVSS 3.1, table 15; privileges cost less where the scope changes. */
const WEIGHTS: Readonly<Record<string, Weights>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  'PR/C': { N: 0.85, L: 0.68, H: 0.5 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
};

/** CVSS 2, section 3.2.1. */
const WEIGHTS_2: Readonly<Record<string, Weights>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { N: 0, P: 0.275, C: 0.66 },
  I: { N: 0, P: 0.275, C: 0.66 },
  A: { N: 0, P: 0.275, C: 0.66 },
};

function checkScore(cvss: Place, kind: 'cvss_v2' | 'cvss_v3', faults: SchemaProblem[]): void {
  const vector = cvss.at('vectorString').text;
  const find = kind === 'cvss_v2' ? findBaseScore2 : findBaseScore;
  const base = vector === undefined ? undefined : find(vector);
  if (vector !== undefined && base === undefined) {
    const { pointer } = cvss.at('vectorString');
    addProblem(faults, '6.1.8', pointer, `not a CVSS ${kind.slice(-1)} vector`);
  }
  if (base === undefined) return;
  const score = cvss.at('baseScore');
  if (score.number !== undefined && score.number !== base) {
    addProblem(faults, '6.1.9', score.pointer, `the vector scores ${base}`);
  }
  // severities came with version 3
  if (kind === 'cvss_v2') return;
  const severity = cvss.at('baseSeverity');
  const expected = severityOf(base);
  if (severity.text !== undefined && severity.text.toUpperCase() !== expected) {
    addProblem(faults, '6.1.9', severity.pointer, `${base} is ${expected}`);
  }
}

function checkMetrics(cvss: Place, kind: 'cvss_v2' | 'cvss_v3', faults: SchemaProblem[]): void {
  const vector = cvss.at('vectorString').text;
  if (vector === undefined) return;
  const read = (property: string): string | undefined => cvss.at(property).text;
  for (const { property, expected } of findContradictions(kind, metricsOf(vector), read)) {
    addProblem(faults, '6.1.10', cvss.at(property).pointer, `the vector says ${expected}`);
  }
}

/** A prefix without a colon, or that of version 3, is a metric that nobody asks for. */
function metricsOf(vector: string): ReadonlyMap<string, string> {
  const metrics = vector.slice(0, 512).split('/');
  return new Map(metrics.map((metric) => metric.split(':') as [string, string]));
}

/**
 * The base score of a CVSS 2 vector; undefined where it is none.
 * @see https://www.first.org/cvss/v2/guide (section 3.2.1)
 */
export function findBaseScore2(vector: string): number | undefined {
  const values = metricsOf(vector);
  const weight = (name: string): number => weightIn(WEIGHTS_2[name], values.get(name));
  const impact = 10.41 * (1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A')));
  const exploitability = 20 * weight('AV') * weight('AC') * weight('Au');
  if (Number.isNaN(impact) || Number.isNaN(exploitability)) return undefined;
  if (impact === 0) return 0;
  return Math.round((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 * 10) / 10;
}

/**
 * The base score of a CVSS 3.0 or 3.1 vector; undefined where it is none.
 * @see https://www.first.org/cvss/v3.1/specification-document (section 7.1)
 */
export function findBaseScore(vector: string): number | undefined {
  const [prefix = ''] = vector.split('/', 1);
  if (!/^CVSS:3\.[01]$/.test(prefix)) return undefined;
  const values = metricsOf(vector);
  const isChanged = values.get('S') === 'C';
  if (!isChanged && values.get('S') !== 'U') return undefined;
  const weight = (name: string, table = name): number => weightIn(WEIGHTS[table], values.get(name));
  const lost = 1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A'));
  const impact = isChanged ? 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 : 6.42 * lost;
  const privileges = weight('PR', isChanged ? 'PR/C' : 'PR');
  const exploitability = 8.22 * weight('AV') * weight('AC') * privileges * weight('UI');
  if (Number.isNaN(impact) || Number.isNaN(exploitability)) return undefined;
  if (impact <= 0) return 0;
  const sum = impact + exploitability;
  return roundUp(Math.min(isChanged ? 1.08 * sum : sum, 10));
}

/** NaN for a letter that the metric does not have. */
function weightIn(weights: Weights | undefined, letter = ''): number {
  return weights !== undefined && Object.hasOwn(weights, letter) ? (weights[letter] ?? NaN) : NaN;
}

/** Up to one decimal, in integers: appendix A of the specification. */
function roundUp(value: number): number {
  const scaled = Math.round(value * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}

function severityOf(score: number): string {
  if (score === 0) return 'NONE';
  if (score < 4) return 'LOW';
  if (score < 7) return 'MEDIUM';
  return score < 9 ? 'HIGH' : 'CRITICAL';
}
