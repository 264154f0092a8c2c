// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot, pathThing, scalarsOf } from '../read.ts';
import type { Place } from '../place.ts';
import type { ToolReport } from '../model.ts';

/** YData Profiling: a profile of a table, with alerts. @see https://docs.profiling.ydata.ai */
export const ydataProfiling: ToolAdapter = {
  format: 'ydata-profiling',
  detect(decoded) {
    const document = jsonObject(decoded);
    const version = stringMember(member(document, 'package'), 'ydata_profiling_version');
    const isReport =
      isJsonObject(member(document, 'table')) && arrayMember(document, 'alerts') !== undefined;
    return isReport ? version : undefined;
  },
  parse: (decoded) => parseProfile(jsonRoot(decoded)),
};

function parseProfile(root: Place): ToolReport {
  const alerts = root.at('alerts').items.flatMap(({ text }) => text ?? []);
  return {
    tool: 'ydata-profiling',
    ...optional('toolVersion', root.at('package', 'ydata_profiling_version').text),
    ...optional('time', root.at('analysis', 'date_end').text),
    stages: [2],
    about: pathThing('Dataset', root.at('analysis', 'title')),
    results:
      alerts.length > 0
        ? alerts.map((name) => ({ name, outcome: 'warn' }))
        : [{ name: 'alerts', outcome: 'pass', count: '0' }],
    summary: { ...scalarsOf(root.at('table')), alerts: String(alerts.length) },
  };
}
