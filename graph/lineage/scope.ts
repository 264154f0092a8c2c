// SPDX-License-Identifier: Apache-2.0
import type { Instant } from '../../core/instant.ts';
import type { SignatureRecord } from '../domain/log-event.ts';
import { trustRank, type TrustClass } from '../domain/trust-class.ts';
import { matchesAny, matchesPattern } from '../../schemas/policy/pattern.ts';
import type { RunCondition, SignerPolicy } from '../../schemas/policy/signer-policy.ts';
import { isInForce, type Knowledge, type KnownDocument, type KnownSignature } from './knowledge.ts';
import type { DocumentSummary, LineageIndex, RunAttributes } from './lineage-index.ts';

/** What a question is asked under. An answer is a function of this, the log up to `asOf`, and the question. */
export interface Scope {
  /** Log size: entries with a smaller index are known. */
  readonly asOf: number;
  readonly policy: SignerPolicy;
  /** Projects that the caller may see; null: all (the gate's view). */
  readonly projects: ReadonlySet<string> | null;
  /** Weakest class that makes something affected; what is below makes it possible. */
  readonly minClass: TrustClass;
}

/** Class of each document, by number: 0 does not count at all, else 1 + rank of its trust class. */
export interface ClassTables {
  /** Evidence for a thing: the class it has now. */
  readonly asSupport: Uint8Array;
  /** Evidence against a thing: the highest class it ever had. */
  readonly asThreat: Uint8Array;
}

/** Rank in a class table. */
export function tableRank(trust: TrustClass): number {
  return trustRank(trust) + 1;
}

/** Classes of all documents under a scope. */
export function classTables(knowledge: Knowledge, index: LineageIndex, scope: Scope): ClassTables {
  const count = knowledge.documents.length;
  const asSupport = new Uint8Array(count);
  const asThreat = new Uint8Array(count);
  const compromised = compromisedIdentities(knowledge, scope.asOf);
  for (const document of knowledge.documents) {
    const summary = index.documentFacts[document.id];
    if (summary === undefined || document.firstIndex >= scope.asOf) continue;
    if (scope.projects !== null && !scope.projects.has(document.project)) continue;
    if (!knowledge.isLive(document, scope.asOf)) continue;
    const valid = knowledge.signaturesFor(document, scope.asOf);
    const ever = knowledge.signaturesEver(document, scope.asOf);
    const now = valid.map((record) => withoutCompromised(record, compromised));
    asSupport[document.id] = 1 + bestRank(now, summary, scope.policy);
    asThreat[document.id] = 1 + bestRank([...valid, ...ever], summary, scope.policy);
  }
  return { asSupport, asThreat };
}

/** An identity whose word no longer counts for anything, within a window of receipt times. */
interface Compromise {
  readonly identity: string;
  readonly since: Instant | null;
  readonly until: Instant | null;
}

const IDENTITY_TARGET = 'identity:';

function compromisedIdentities(knowledge: Knowledge, asOf: number): Compromise[] {
  return knowledge.revocations
    .filter((event) => event.index < asOf && event.effective && event.withdraws === null)
    .filter(
      (event) => event.target.startsWith(IDENTITY_TARGET) && isInForce(knowledge, event, asOf),
    )
    .map(({ target, since, until }) => ({
      identity: target.slice(IDENTITY_TARGET.length),
      since,
      until,
    }));
}

/** A compromised signer no longer speaks for what it signed; against it, its word still counts (invariant 4). */
function withoutCompromised(
  record: KnownSignature,
  compromised: readonly Compromise[],
): SignatureRecord {
  if (compromised.length === 0) return record;
  const signers = record.signers.filter(
    (signer) =>
      !compromised.some(
        ({ identity, since, until }) =>
          identity === signer &&
          (since === null || record.receivedAt >= since) &&
          (until === null || record.receivedAt <= until),
      ),
  );
  return { ...record, signers };
}

function bestRank(
  records: readonly SignatureRecord[],
  summary: DocumentSummary,
  policy: SignerPolicy,
): number {
  let best = trustRank('unsigned');
  for (const record of records)
    best = Math.max(best, trustRank(classOfRecord(record, summary, policy)));
  return best;
}

/** Class that one envelope gives its payload under a signer policy. */
export function classOfRecord(
  record: SignatureRecord,
  summary: DocumentSummary,
  policy: SignerPolicy,
): TrustClass {
  if (record.status !== 'passed' || record.signers.length === 0) return 'unsigned';
  if (!isTrusted(record, summary, policy)) return 'signed';
  return isAttested(record, summary, policy) ? 'attested' : 'trusted';
}

function isTrusted(
  record: SignatureRecord,
  summary: DocumentSummary,
  policy: SignerPolicy,
): boolean {
  return policy.trusted.some(
    (rule) =>
      rule.signers.some((signer) => record.signers.includes(signer)) &&
      matchesAny(rule.statements, summary.statementKind) &&
      // a statement is trusted for what it is about; every subject must be in the signer's remit
      summary.subjectNames.every((names) => names.some((name) => matchesAny(rule.subjects, name))),
  );
}

function isAttested(
  record: SignatureRecord,
  summary: DocumentSummary,
  policy: SignerPolicy,
): boolean {
  return record.evidence.some(
    (evidence) =>
      evidence.status === 'passed' &&
      !evidence.simulated &&
      policy.measurements.some(
        (allowed) =>
          allowed.kind === evidence.kind &&
          allowed.measurement === evidence.measurement &&
          matchesAny(allowed.statements, summary.statementKind),
      ),
  );
}

/** Runs that an authorised statement or policy maps to evaluate or scan: they carry score, not content. */
export function scoreRuns(index: LineageIndex, tables: ClassTables, scope: Scope): Set<number> {
  const found = new Set<number>();
  const trusted = tableRank('trusted');
  for (const [run, attributes] of index.runAttributes) {
    const authorised = attributes.filter((one) => (tables.asSupport[one.document] ?? 0) >= trusted);
    if (authorised.some((one) => isScoreRun(one, run, index, scope.policy))) found.add(run);
  }
  return found;
}

function isScoreRun(
  attributes: RunAttributes,
  run: number,
  index: LineageIndex,
  policy: SignerPolicy,
): boolean {
  const summary = index.documentFacts[attributes.document];
  if (summary === undefined) return false;
  if (policy.runs.some((rule) => meetsCondition(rule, attributes, summary.statementKind)))
    return true;
  return summary.claims.some(
    (claim) =>
      claim.type === 'run-role' &&
      (claim.activity === 'evaluate' || claim.activity === 'scan') &&
      summary.nodes[claim.about] === run,
  );
}

/** True where a run's attributes meet every condition that is written. */
export function meetsCondition(
  condition: RunCondition,
  attributes: RunAttributes,
  statementKind: string,
): boolean {
  return (
    matchesAny(condition.statements, statementKind) &&
    meets(condition.step, attributes.step) &&
    meets(condition.buildType, attributes.buildType) &&
    meets(condition.builder, attributes.builder)
  );
}

function meets(pattern: string | undefined, value: string | null): boolean {
  return pattern === undefined || (value !== null && matchesPattern(pattern, value));
}

/**
 * Documents whose work-tree snapshot is demoted to inferred: another provenance of the same product, of at least the same
 * class, lists fewer inputs (DESIGN.md 3). A weaker document cannot demote a stronger one.
 */
export function demotedSnapshots(index: LineageIndex, tables: ClassTables): Set<number> {
  const snapshots = index.runInputs.filter((run) => run.snapshot);
  if (snapshots.length === 0) return new Set();
  const makers = new Map<number, typeof index.runInputs>();
  for (const run of index.runInputs) {
    if (run.snapshot || run.inputs === 0) continue;
    for (const product of run.products) {
      const known = makers.get(product);
      if (known === undefined) makers.set(product, [run]);
      else known.push(run);
    }
  }
  const demoted = new Set<number>();
  for (const snapshot of snapshots) {
    const own = tables.asThreat[snapshot.document] ?? 0;
    const narrower = snapshot.products.some((product) =>
      makers
        .get(product)
        ?.some(
          (run) =>
            run.inputs < snapshot.inputs &&
            (tables.asSupport[run.document] ?? 0) >= Math.max(1, own),
        ),
    );
    if (narrower) demoted.add(snapshot.document);
  }
  return demoted;
}

/** Documents that a project-limited caller does not see although they stand. */
export function withheldDocuments(knowledge: Knowledge, scope: Scope): KnownDocument[] {
  const { projects } = scope;
  if (projects === null) return [];
  return knowledge.documents.filter(
    (document) => !projects.has(document.project) && knowledge.isLive(document, scope.asOf),
  );
}
