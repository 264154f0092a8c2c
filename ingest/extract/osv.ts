// SPDX-License-Identifier: Apache-2.0
import { findOsvFaults, findOsvLint } from '../../schemas/osv/conform.ts';
import { osvRoot, parseOsv } from '../../schemas/osv/parse.ts';
import { findPackagePurl, findVersionWriter } from '../../schemas/osv/purl.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addReport } from './tool-report/report-node.ts';
import { thingNodes } from './tool-report/things.ts';
import {
  listNameless,
  qualifiersOf,
  stateAliases,
  stateJudgement,
  vulnerabilityNode,
  type Judgement,
} from './tool-report/vulnerability.ts';
import type { OsvAdvisory, OsvAffected, OsvRange } from '../../schemas/osv/model.ts';
import type { ReportThing } from '../../schemas/tool-report/model.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** OSV advisories: which versions of which packages a vulnerability is in. */
export const osvReader: FormatReader = {
  formats: ['osv'],
  extractor: 'osv@2',
  read: readOsv,
};

function readOsv(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  const root = osvRoot(decoded);
  const advisory = parseOsv(root);
  const builder = new FactsBuilder(context.digest);
  const report = addReport(builder, context, attributesOf(advisory));
  const node = vulnerabilityNode(builder, advisory.id);
  if (node === undefined) builder.problem('vulnerability-without-id', '/id', 'the id is no name');
  else {
    builder.subject(node);
    builder.edge(report, 'describes', node, '/id');
    stateAliases(builder, node, advisory.aliases, '/aliases');
  }
  const judge = judgeOf(advisory);
  for (const affected of advisory.affected) stateAffected(builder, node, judge, affected);
  if (advisory.modified !== undefined) {
    const family = `osv:${advisory.id}`;
    const version = advisory.modified;
    builder.claim({ type: 'supersession', family, version, pointer: '/modified' });
  }
  for (const { code, pointer, message } of findOsvLint(advisory))
    builder.problem(code, pointer, message);
  const faults = context.strict === true ? findOsvFaults(root) : [];
  const { format, version } = detected;
  return {
    facts: builder.build({ format, version, statementKind: 'advisory' }),
    conformant: context.strict === true ? faults.length === 0 : null,
    conformanceProblems: faults,
  };
}

function attributesOf(advisory: OsvAdvisory): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = { id: advisory.id };
  if (advisory.modified !== undefined) attributes['modified'] = advisory.modified;
  if (advisory.published !== undefined) attributes['published'] = advisory.published;
  if (advisory.withdrawn !== undefined) attributes['withdrawn'] = advisory.withdrawn;
  if (advisory.summary !== undefined) attributes['summary'] = advisory.summary;
  if (advisory.related.length > 0) attributes['related'] = advisory.related.join(', ');
  return attributes;
}

function stateAffected(
  builder: FactsBuilder,
  vulnerability: number | undefined,
  judge: Judge,
  affected: OsvAffected,
): void {
  const { ranges, versions, pointer } = affected;
  const purl = findPackagePurl(affected.ecosystem, affected.name, affected.purl);
  const purlOf = purl === undefined ? undefined : findVersionWriter(purl);
  const whole = packageOf(affected, purl);
  const state = (judgement: Judgement, thing: ReportThing, at: string): void => {
    if (vulnerability === undefined) listNameless(builder, at);
    else stateJudgement(builder, vulnerability, judgement, thingNodes(builder, thing), at);
  };
  for (const range of ranges) {
    const details = { rangeType: range.type, range: rangeText(range) };
    state(judge('affected', details), whole, range.pointer);
    for (const { kind, version } of range.events) {
      const status = STATUS_OF_EVENT.get(kind);
      if (status === undefined || version === '0') continue;
      const thing = isGit(range)
        ? commitOf(affected, range, version)
        : versionOf(affected, purlOf, version);
      if (thing !== undefined) state(judge(status, { event: kind }), thing, range.pointer);
    }
  }
  if (versions.length > 0) {
    const isAffected = judge('affected', {});
    const base = `${pointer}/versions/`;
    versions.forEach((version, at) => {
      const thing = versionOf(affected, purlOf, version);
      if (thing !== undefined) state(isAffected, thing, base + at);
    });
  }
  if (ranges.length === 0) {
    const details = { range: versions.length > 0 ? 'listed versions' : 'all versions' };
    state(judge('affected', details), whole, pointer);
  }
}

type Judge = (status: string, details: Readonly<Record<string, string>>) => Judgement;

/** A withdrawn advisory says that its statements no longer hold. */
function judgeOf({ withdrawn }: OsvAdvisory): Judge {
  return (status, details) => ({
    qualifiers:
      withdrawn === undefined
        ? qualifiersOf({ status, ...details })
        : qualifiersOf({ status: 'withdrawn', ...details, withdrawn }),
  });
}

/** `limit` is where a range was searched to, no statement about that version. */
const STATUS_OF_EVENT: ReadonlyMap<string, string> = new Map([
  ['introduced', 'affected'],
  ['last_affected', 'affected'],
  ['fixed', 'fixed'],
]);

function rangeText({ events }: OsvRange): string {
  return events.map(({ kind, version }) => `${kind} ${version}`).join(', ');
}

/** The package as a whole: its purl without version and its name in the ecosystem, shared names both. */
function packageOf(affected: OsvAffected, purl: string | undefined): ReportThing {
  const { ecosystem, name, pointer, ranges } = affected;
  const repository = ranges.find((range) => range.repository !== undefined)?.repository;
  const label = name ?? repository ?? '';
  return {
    kind: name === undefined && repository !== undefined ? 'Code' : 'Package',
    pointer,
    names: [label],
    purls: purl === undefined ? [] : [purl],
    sharedNames: label === '' ? [] : [[ecosystem ?? 'git', label]],
  };
}

function isGit({ type }: OsvRange): boolean {
  return type === 'GIT';
}

function commitOf(
  { pointer }: OsvAffected,
  { repository }: OsvRange,
  commit: string,
): ReportThing | undefined {
  if (repository === undefined) return undefined;
  const commits = [{ repository, commit }];
  return { kind: 'Code', pointer, names: [`${repository}@${commit}`], commits };
}

/** @param purlOf undefined for a package that has no purl, or one with a version */
function versionOf(
  { pointer, name = '' }: OsvAffected,
  purlOf: ((version: string) => string) | undefined,
  version: string,
): ReportThing | undefined {
  if (purlOf === undefined) return undefined;
  return { kind: 'Package', pointer, names: [`${name}@${version}`], purls: [purlOf(version)] };
}
