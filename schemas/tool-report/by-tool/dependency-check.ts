// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { childrenNamed, findChild, pathOf, type XmlElement } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { peekXmlRoot } from '../../xml/peek-root.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot, textOf } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ToolReport, VulnerabilityStatus } from '../model.ts';

/** OWASP Dependency-Check: files by digest, their packages, and what is known against them; JSON and XML. @see https://dependency-check.github.io/DependencyCheck/ */
export const dependencyCheck: ToolAdapter = {
  format: 'dependency-check',
  detect(decoded) {
    if (decoded.kind === 'text') {
      const root = peekXmlRoot(decoded.text);
      const isReport = root?.name === 'analysis' && NAMESPACE.test(root.namespace);
      return isReport ? (NAMESPACE.exec(root.namespace)?.[1] ?? null) : undefined;
    }
    const document = jsonObject(decoded);
    const version = stringMember(member(document, 'scanInfo'), 'engineVersion');
    return arrayMember(document, 'dependencies') === undefined ? undefined : version;
  },
  parse: (decoded) =>
    decoded.kind === 'text'
      ? parseXmlReport(parseXml(textOf(decoded)))
      : parseJsonReport(jsonRoot(decoded)),
};

const NAMESPACE =
  /^https:\/\/jeremylong\.github\.io\/DependencyCheck\/dependency-check\.([0-9.]{1,16})\.xsd$/;

interface Dependency {
  readonly thing: ReportThing;
  readonly vulnerabilities: readonly {
    readonly id: string;
    readonly severity: string;
    readonly pointer: string;
  }[];
}

function report(
  dependencies: readonly Dependency[],
  about: Pick<ToolReport, 'toolVersion' | 'time'>,
): ToolReport {
  return {
    tool: 'dependency-check',
    ...about,
    stages: [2],
    about: dependencies.map(({ thing }) => thing),
    results: dependencies.map(({ thing, vulnerabilities }): ReportResult => {
      const count = vulnerabilities.length;
      return {
        name: thing.names?.[0] ?? '',
        outcome: count > 0 ? 'fail' : 'pass',
        count: String(count),
      };
    }),
    statuses: dependencies.flatMap(({ thing, vulnerabilities }) =>
      vulnerabilities.map(({ id, severity, pointer }): VulnerabilityStatus => ({
        id,
        aliases: [],
        thing,
        status: 'found',
        details: { severity, source: 'dependency-check' },
        pointer,
      })),
    ),
    summary: {
      dependencies: String(dependencies.length),
      vulnerable: String(dependencies.filter((one) => one.vulnerabilities.length > 0).length),
    },
  };
}

function parseJsonReport(root: Place): ToolReport {
  const dependencies = root.at('dependencies').items.map((place): Dependency => {
    const names = [place.at('fileName').text ?? ''];
    const purls = place.at('packages').items.flatMap((one) => one.at('id').text ?? []);
    const digests = HASHES.flatMap((algorithm) => {
      const hex = place.at(algorithm).text;
      return hex === undefined ? [] : [{ algorithm, hex }];
    });
    const vulnerabilities = place.at('vulnerabilities').items.flatMap((one) => {
      const id = one.at('name').text;
      const severity = one.at('severity').text ?? '';
      return id === undefined ? [] : [{ id, severity, pointer: one.pointer }];
    });
    const { pointer } = place;
    return {
      thing: { kind: 'Package', pointer, names, purls: onlyPurls(purls), digests },
      vulnerabilities,
    };
  });
  return report(dependencies, {
    ...optional('toolVersion', root.at('scanInfo', 'engineVersion').text),
    ...optional('time', root.at('projectInfo', 'reportDate').text),
  });
}

const HASHES = ['sha256', 'sha1', 'md5'];

function parseXmlReport(root: XmlElement): ToolReport {
  const listed = childrenNamed(findChild(root, 'dependencies'), 'dependency');
  const dependencies = listed.map((element): Dependency => {
    const names = [textIn(element, 'fileName') ?? ''];
    const ids = childrenNamed(findChild(element, 'identifiers'), 'package');
    const purls = ids.flatMap((one) => textIn(one, 'id') ?? []);
    const digests = HASHES.flatMap((algorithm) => {
      const hex = textIn(element, algorithm);
      return hex === undefined ? [] : [{ algorithm, hex }];
    });
    const found = childrenNamed(findChild(element, 'vulnerabilities'), 'vulnerability');
    const vulnerabilities = found.flatMap((one) => {
      const id = textIn(one, 'name');
      const severity = textIn(one, 'severity') ?? '';
      return id === undefined ? [] : [{ id, severity, pointer: pathOf(one) }];
    });
    const pointer = pathOf(element);
    return {
      thing: { kind: 'Package', pointer, names, purls: onlyPurls(purls), digests },
      vulnerabilities,
    };
  });
  return report(dependencies, {
    ...optional('toolVersion', textIn(findChild(root, 'scanInfo'), 'engineVersion')),
    ...optional('time', textIn(findChild(root, 'projectInfo'), 'reportDate')),
  });
}

function textIn(element: XmlElement | undefined, name: string): string | undefined {
  const text = findChild(element, name)?.text.trim();
  return text === '' ? undefined : text;
}

function onlyPurls(ids: readonly string[]): string[] {
  return ids.filter((id) => id.startsWith('pkg:'));
}
