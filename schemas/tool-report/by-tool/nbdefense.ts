// SPDX-License-Identifier: Apache-2.0
import { arrayMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { countBy, countedResults, jsonRoot, outcomeOfSeverity } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ToolReport, VulnerabilityStatus } from '../model.ts';

/**
 * NB Defense: secrets, personal data, licences and vulnerable packages in notebooks and what they depend on. Its report has
 * neither version nor time. @see https://nbdefense.ai
 */
export const nbdefense: ToolAdapter = {
  format: 'nbdefense',
  detect(decoded) {
    const document = jsonObject(decoded);
    const lists = ['root_issues', 'notebooks', 'notebook_issues', 'plugins'];
    return lists.every((key) => arrayMember(document, key) !== undefined) ? null : undefined;
  },
  parse: (decoded) => parseNbdefense(jsonRoot(decoded)),
};

function parseNbdefense(root: Place): ToolReport {
  const inNotebooks = root.at('notebook_issues').items.flatMap((one) => one.at('issues').items);
  const issues = [...root.at('root_issues').items, ...inNotebooks].flatMap(singleIssues);
  const severities = new Map(issues.map((one) => [nameOf(one), one.at('severity').text ?? '']));
  const found = countedResults(countBy(issues, nameOf), (name) =>
    outcomeOfSeverity(severities.get(name) ?? ''),
  );
  const errors = root.at('errors').items.map(errorOf);
  const notebooks = root.at('notebooks').items;
  const results = [...errors, ...found];
  return {
    tool: 'nbdefense',
    stages: [3],
    about: notebooks.flatMap(({ text, pointer }) =>
      text === undefined ? [] : [{ kind: 'Code', pointer, names: [text] }],
    ),
    results: results.length > 0 ? results : [{ name: 'issues', outcome: 'pass', count: '0' }],
    statuses: issues.flatMap(statusOf),
    summary: {
      notebooks: String(notebooks.length),
      issues: String(issues.length),
      ...(errors.length > 0 && { errors: String(errors.length) }),
    },
  };
}

/** An issue may hold those that it adds up. */
function singleIssues(issue: Place): Place[] {
  const nested = issue.at('issues').items;
  return nested.length > 0 ? nested : [issue];
}

/** A plug-in that failed, or was left out, has not found nothing. */
function errorOf(error: Place): ReportResult {
  const words = [error.at('error_type').text, error.at('plugin_name').text];
  return { name: `error ${words.flatMap((one) => one ?? []).join(' ')}`, outcome: 'warn' };
}

/** Kind of secret, never the secret; package and licence or vulnerability. */
function nameOf(issue: Place): string {
  const details = issue.at('details');
  const words = [
    issue.at('code').text,
    details.at('description').text,
    vulnerabilityOf(issue)?.id,
    packageOf(issue)?.label,
    details.at('unapproved_license').text,
  ];
  return words.flatMap((one) => one ?? []).join(' ');
}

/** A vulnerability is told as Trivy told it for a file of requirements, and by its id for an import. */
function vulnerabilityOf(issue: Place): { readonly id: string } | undefined {
  const details = issue.at('details');
  const id =
    details.at('results', 'VulnerabilityID').text ?? details.at('summary_field', 'CVE_ID').text;
  return id === undefined || id === 'Not Found' ? undefined : { id };
}

/** Packages are those of Python. */
function packageOf(issue: Place): { readonly label: string; readonly purl?: string } | undefined {
  const details = issue.at('details');
  const found = details.at('results');
  const name = found.at('PkgName').text ?? details.at('package_name').text;
  if (name === undefined) return undefined;
  const version =
    found.at('InstalledVersion').text ??
    details.at('package_version').text ??
    details.at('version').text;
  if (version === undefined) return { label: name };
  const plain = name.toLowerCase().replaceAll(/[-_.]+/g, '-');
  return {
    label: `${name}@${version}`,
    purl: `pkg:pypi/${encodeURIComponent(plain)}@${encodeURIComponent(version)}`,
  };
}

function statusOf(issue: Place): VulnerabilityStatus[] {
  const vulnerability = vulnerabilityOf(issue);
  const found = packageOf(issue);
  if (vulnerability === undefined || found === undefined) return [];
  return [
    {
      id: vulnerability.id,
      aliases: [],
      thing: {
        kind: 'Package',
        pointer: issue.pointer,
        names: [found.label],
        purls: found.purl === undefined ? [] : [found.purl],
      },
      status: 'found',
      details: { severity: issue.at('severity').text ?? '', source: 'nbdefense' },
      pointer: issue.pointer,
    },
  ];
}
