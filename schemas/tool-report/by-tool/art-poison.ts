// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot } from '../read.ts';
import type { Decoded } from '../../decoded.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult } from '../model.ts';

/**
 * Adversarial Robustness Toolbox: what a defence against poisoned data found (`detect_poison`: clusters of each class), and how
 * right it was where that is known (`evaluate_defence`: rates of each class).
 * @see https://github.com/Trusted-AI/adversarial-robustness-toolbox/tree/main/art/defences/detector/poison
 */
export const artPoison: ToolAdapter = {
  format: 'art-poison',
  detect: (decoded) => (formOf(decoded) === undefined ? undefined : null),
  parse(decoded) {
    const root = jsonRoot(decoded);
    const isRates = formOf(decoded) === 'rates';
    return {
      tool: 'art',
      stages: [3],
      about: [],
      results: isRates ? ratesOf(root) : clustersOf(root),
      summary: isRates ? {} : { ...optional('analysis', root.at('cluster_analysis').written) },
    };
  },
};

const RATES = ['TruePositive', 'TrueNegative', 'FalsePositive', 'FalseNegative'];

function formOf(decoded: Decoded): 'rates' | 'clusters' | undefined {
  const document = jsonObject(decoded);
  const names = Object.keys(document ?? {});
  const isRates = (name: string): boolean =>
    /^class_\d{1,9}$/.test(name) &&
    RATES.every((rate) => typeof member(member(member(document, name), rate), 'rate') === 'number');
  if (names.length > 0 && names.every(isRates)) return 'rates';
  const isClusters = (name: string): boolean =>
    CLASS.test(name) && isJsonObject(member(member(document, name), 'cluster_0'));
  const hasClusters = names.some(isClusters) && member(document, 'cluster_analysis') !== undefined;
  return hasClusters ? 'clusters' : undefined;
}

const CLASS = /^Class_\d{1,9}$/;

/** A rate is a percentage of `denominator`; of nothing it is -1, which is no rate. */
function ratesOf(root: Place): ReportResult[] {
  return root.entries.flatMap(([name, rates]) =>
    RATES.flatMap((rate): ReportResult[] => {
      const place = rates.at(rate);
      return place.at('denominator').number === 0
        ? []
        : [
            {
              name: `${name} ${rate}`,
              outcome: 'info',
              ...optional('score', place.at('rate').numeral),
            },
          ];
    }),
  );
}

/** Some analyses suspect the smallest cluster of each class whatever it holds, so suspicion warns. */
function clustersOf(root: Place): ReportResult[] {
  const suspicious = root.at('suspicious_clusters').numeral;
  const total: ReportResult[] =
    suspicious === undefined
      ? []
      : [
          {
            name: 'suspicious clusters',
            outcome: outcomeOf(Number(suspicious) > 0),
            count: suspicious,
          },
        ];
  const clusters = root.entries
    .filter(([name]) => CLASS.test(name))
    .flatMap(([name, ofClass]) =>
      ofClass.entries.map(([cluster, place]): ReportResult => {
        const flag = place.at('suspicious_cluster').written ?? place.at('suspicious').written;
        const share = place.at('ptc_data_in_cluster').numeral;
        const outcome = outcomeOf(flag?.toLowerCase() === 'true');
        return { name: `${name} ${cluster}`, outcome, ...optional('score', share) };
      }),
    );
  return [...total, ...clusters];
}

function outcomeOf(isSuspicious: boolean): Outcome {
  return isSuspicious ? 'warn' : 'pass';
}
