// SPDX-License-Identifier: Apache-2.0
import { stringMember } from '../../../core/json.ts';
import { findFirstLine, findJson, parseLines } from '../lines.ts';
import { optional } from '../optional.ts';
import { countBy, countedResults, jsonRoot, textOf } from '../read.ts';
import type { Decoded } from '../../decoded.ts';
import type { ToolAdapter } from '../adapter.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ToolReport } from '../model.ts';

/** Garak: probes of a language model, as a report (one line an event) and a list of hits. Both are read whole. @see https://github.com/NVIDIA/garak */
export const garak: ToolAdapter = {
  format: 'garak',
  detect(decoded) {
    const first = firstEntry(decoded);
    if (decoded.kind === 'text' && stringMember(first, 'entry_type') === 'start_run setup') {
      return stringMember(first, '_config.version') ?? null;
    }
    const hit = ['attempt_id', 'run_id', 'generator', 'probe', 'detector'];
    return hit.every((key) => stringMember(first, key) !== undefined) ? null : undefined;
  },
  parse(decoded) {
    // a list of one hit is one JSON document
    if (decoded.kind === 'json') return parseHits([jsonRoot(decoded).under(1)]);
    const text = textOf(decoded);
    const isReport = stringMember(firstEntry(decoded), 'entry_type') !== undefined;
    return isReport ? parseReport(text) : parseHits(parseLines(text, () => true));
  },
};

function firstEntry(decoded: Decoded): unknown {
  if (decoded.kind === 'json') return decoded.json.value;
  const line = decoded.kind === 'text' ? findFirstLine(decoded.text) : undefined;
  return line === undefined ? undefined : findJson(line);
}

const WANTED = /^\{"entry_type": ?"(?:start_run setup|init|eval|completion)"/;

function parseReport(text: string): ToolReport {
  const entries = parseLines(text, (line) => WANTED.test(line));
  const of = (type: string): Place[] => entries.filter((one) => one.at('entry_type').text === type);
  const [setup] = of('start_run setup');
  const [init] = of('init');
  return {
    tool: 'garak',
    ...optional('toolVersion', init?.at('garak_version').text ?? setup?.at('_config.version').text),
    ...optional('time', init?.at('start_time').text),
    stages: [8],
    about: setup === undefined ? [] : targetOf(setup.at('plugins.target_name')),
    results: of('eval').map(evalOf),
    summary: {
      ...optional('run', init?.at('run').text),
      ...optional('target', setup?.at('plugins.target_type').text),
      completed: String(of('completion').length > 0),
    },
  };
}

function evalOf(entry: Place): ReportResult {
  const fails = entry.at('fails').numeral ?? '0';
  const passed = entry.at('passed').numeral;
  return {
    name: `${entry.at('probe').text ?? ''} ${entry.at('detector').text ?? ''}`,
    outcome: Number(fails) > 0 ? 'fail' : 'pass',
    ...optional('score', passed),
    ...optional('count', entry.at('total_evaluated').numeral ?? entry.at('total').numeral),
  };
}

function parseHits(hits: readonly Place[]): ToolReport {
  const counts = countBy(
    hits,
    (hit) => `${hit.at('probe').text ?? ''} ${hit.at('detector').text ?? ''}`,
  );
  const [first] = hits;
  return {
    tool: 'garak',
    stages: [8],
    about: first === undefined ? [] : targetOf(first.at('generator')),
    results: countedResults(counts, 'fail'),
    summary: { hits: String(hits.length), ...optional('run', first?.at('run_id').text) },
  };
}

function targetOf(place: Place): ReportThing[] {
  const name = place.text;
  return name === undefined ? [] : [{ kind: 'Model', pointer: place.pointer, names: [name] }];
}
