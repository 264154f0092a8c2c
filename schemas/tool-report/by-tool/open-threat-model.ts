// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { jsonRoot } from '../read.ts';
import { optional } from '../optional.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/** Open Threat Model, the exchange form that threat modelling tools share. @see https://github.com/iriusrisk/OpenThreatModel */
export const openThreatModel: ToolAdapter = {
  format: 'open-threat-model',
  detect(decoded) {
    const document = jsonObject(decoded);
    const version = stringMember(document, 'otmVersion');
    return isJsonObject(member(document, 'project')) ? version : undefined;
  },
  parse: (decoded) => parseModel(jsonRoot(decoded)),
};

/** Threats are applied to components, each with its state there; one that is applied nowhere is only described. */
function parseModel(root: Place): ToolReport {
  const components = root.at('components').items;
  const names = new Map(
    root.at('threats').items.map((one) => [one.at('id').text, one.at('name').text]),
  );
  const applied = components.flatMap((component) =>
    component.at('threats').items.map((one): ReportResult => {
      const id = one.at('threat').text;
      const name = `${component.at('name').text ?? ''}: ${names.get(id) ?? id ?? ''}`;
      const isMitigated = ['mitigate', 'mitigated', 'implemented'].includes(
        one.at('state').text ?? '',
      );
      return { name, outcome: isMitigated ? 'pass' : 'warn' };
    }),
  );
  const described = [...names.values()].map((name): ReportResult => ({
    name: name ?? '',
    outcome: 'info',
  }));
  return {
    tool: 'open-threat-model',
    ...optional('toolVersion', root.at('otmVersion').text),
    stages: [1],
    about: components.flatMap((one) => {
      const name = one.at('name').text;
      return name === undefined ? [] : [{ kind: 'Code', pointer: one.pointer, names: [name] }];
    }),
    results: applied.length > 0 ? applied : described,
    summary: {
      threats: String(root.at('threats').length),
      mitigations: String(root.at('mitigations').length),
      components: String(components.length),
    },
  };
}
