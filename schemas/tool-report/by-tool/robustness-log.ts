// SPDX-License-Identifier: Apache-2.0
import { textOf } from '../read.ts';
import type { ToolAdapter } from '../adapter.ts';
import type { ReportResult, ReportThing, ToolReport } from '../model.ts';

/** Lines that are read of what a script printed. */
const MAX_LINES = 10_000;
const linesOf = (text: string): string[] => text.split(/\r?\n/, MAX_LINES);

/** Foolbox: what its example programs print: clean accuracy, and robust accuracy for each size of the perturbation. @see https://github.com/bethgelab/foolbox/tree/master/examples */
export const foolboxLog: ToolAdapter = {
  format: 'foolbox-log',
  detect(decoded) {
    if (decoded.kind !== 'text') return undefined;
    const head = decoded.text.slice(0, 4096);
    const isLog = /^clean accuracy: {1,4}\d/m.test(head) && head.includes(ROBUST);
    return isLog ? null : undefined;
  },
  parse: (decoded) => parseFoolbox(linesOf(textOf(decoded))),
};

const ROBUST = 'robust accuracy for perturbations with';
const PERCENT = /^ {0,8}(\S.{0,200}?) {0,8}: {1,8}(\d{1,3}(?:\.\d{1,12})?) %$/;

/** A line that is no number names what the numbers after it are about. */
function parseFoolbox(lines: readonly string[]): ToolReport {
  const results: ReportResult[] = [];
  let heading = '';
  for (const line of lines) {
    const [, name, score] = PERCENT.exec(line) ?? [];
    if (name !== undefined && score !== undefined) {
      const words = name.startsWith('clean') ? name : `robust accuracy ${name}`;
      results.push({ name: `${heading} ${words}`.trim(), outcome: 'info', score: `${score}%` });
    } else if (line.trim() !== '' && line !== ROBUST) {
      heading = line
        .trim()
        .replaceAll(/ {2,8}/g, ' ')
        .slice(0, 200);
    }
  }
  return {
    tool: 'foolbox',
    stages: [8],
    about: [],
    results,
    summary: { results: String(results.length) },
  };
}

/** Adversarial Robustness Toolbox: a table without a head: attack or metric, model, clean accuracy, robust accuracy, score. @see https://github.com/Trusted-AI/adversarial-robustness-toolbox */
export const artLog: ToolAdapter = {
  format: 'art-log',
  detect(decoded) {
    if (decoded.kind !== 'text' || decoded.text.length > 1024 * 1024) return undefined;
    const lines = linesOf(decoded.text).filter((line) => line !== '');
    const isLog =
      lines.length > 0 &&
      lines.every((line) => ROW.test(line)) &&
      lines.some((line) => KNOWN.test(line));
    return isLog ? null : undefined;
  },
  parse: (decoded) => parseArt(linesOf(textOf(decoded)).filter((line) => line !== '')),
};

const NUMBER = '(None|\\d{1,9}(?:\\.\\d{1,24})?)';
const ROW = new RegExp(`^([\\w()]{1,100}) (\\S{1,500}) ${NUMBER} ${NUMBER} ${NUMBER}$`);
/** Names of classes and metrics of ART that a first column holds. */
const KNOWN =
  /^(?:FastGradientMethod|ProjectedGradientDescent|CarliniL2Method|DeepFool|BasicIterativeMethod|empirical_robustness|[A-Z]\w{1,60}Defen[cs]e)\b/;
const COLUMNS = ['clean accuracy', 'robust accuracy', 'score'];

function parseArt(lines: readonly string[]): ToolReport {
  const about = new Map<string, ReportThing>();
  const results = lines.flatMap((line, at) => {
    const [, attack = '', model = '', ...numbers] = ROW.exec(line) ?? [];
    if (model !== 'None' && !about.has(model)) {
      about.set(model, { kind: 'Model', pointer: `/${at + 1}`, names: [model] });
    }
    return numbers.flatMap((score, column): ReportResult[] => {
      if (score === 'None') return [];
      const name = [model === 'None' ? '' : model, attack, COLUMNS[column] ?? ''];
      return [{ name: name.filter((part) => part !== '').join(' '), outcome: 'info', score }];
    });
  });
  return {
    tool: 'art',
    stages: [3],
    about: [...about.values()],
    results,
    summary: { lines: String(lines.length) },
  };
}
