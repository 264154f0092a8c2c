// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import { instantToMs } from '../../../core/instant.ts';
import type { AttachedEvidence } from '../../../schemas/envelope.ts';
import { findDurationMs } from '../../../schemas/policy/duration.ts';
import { matchesAny } from '../../../schemas/policy/pattern.ts';
import type {
  EvidenceKindRule,
  PolicyMeasurement,
  TeeEvidenceRule,
} from '../../../schemas/policy/promotion-policy.ts';
import type { NonceUse, Outcome, Reason } from '../../decision/decision.ts';
import type { EvaluationEvidence } from '../../gate/ports.ts';
import type { GateRequest } from '../../gate/request.ts';
import { bindStatement } from '../../tee/bind.ts';
import { findScheme } from '../../tee/registry.ts';
import type { Endorsements, RunnableScheme, TeeClaims } from '../../tee/scheme.ts';
import type { EvaluationDemand } from '../deciding-evaluations.ts';
import { ruleResult, worstOutcome } from '../rule-result.ts';
import type { Need, RuleContext, RuleResult } from '../rule-result.ts';
import { evidenceOf, nameOf } from '../wording.ts';

const SIMULATED = 'simulated';
const MAX_FINDINGS = 10;
/** Each piece of evidence costs a chain of signatures; a statement comes with one or two. */
const MAX_PIECES = 256;
const MAX_REASONS = 20;

/**
 * TEE evidence came with each deciding evaluation, is genuine at the time that the log received it, is bound to exactly the
 * signed statement, and its measurement may speak. Age and nonce are judged at the time of the decision.
 * @throws {PedigreeError} ERR_POLICY_INVALID for an appraisal policy at fault
 */
export async function evaluateTeeEvidence(
  rule: TeeEvidenceRule,
  context: RuleContext,
): Promise<RuleResult> {
  const { deciding, byMetric, demand } = await context.choice();
  const needs = [teeNeed(rule, demand, context.request)];
  const unfound = [...byMetric.values()].flatMap((choice) =>
    choice.status === 'found' ? [] : [choice],
  );
  const judged: Judgement[] = unfound.map(({ status, reasons }) => {
    return judgement(status === 'missing' ? 'failed' : 'undetermined', reasons);
  });
  const takenNow = new Map<string, EvaluationEvidence>();
  // in log order, so that the first statement keeps a nonce that two of them carry
  for (const evaluation of deciding.toSorted((a, b) => a.logIndex - b.logIndex)) {
    const evidence = judgePieces(rule, evaluation, context.request);
    judged.push(evidence, judgeAge(rule, evaluation, context.request));
    judged.push(await judgeNonce(rule, evaluation, context, takenNow));
  }
  // nothing to judge is no pass
  const outcome =
    deciding.length === 0 && judged.length === 0
      ? 'failed'
      : worstOutcome(judged.map((one) => one.outcome));
  const simulated = judged.some((one) => one.simulated);
  return ruleResult(
    outcome,
    judged.flatMap(({ reasons }) => reasons),
    {
      evidence: deciding.map(evidenceOf),
      needs: outcome === 'passed' ? [] : needs,
      isPositive: outcome === 'passed',
      simulated: outcome === 'passed' && simulated,
      // a failed or simulated one does not consume the nonce (DESIGN.md 6)
      nonces: outcome === 'passed' && !simulated ? noncesOf(deciding) : [],
    },
  );
}

interface Judgement {
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
  readonly simulated: boolean;
}

function judgement(outcome: Outcome, reasons: readonly Reason[], simulated = false): Judgement {
  return { outcome, reasons, simulated };
}

function judgeOne(outcome: Outcome, code: string, message: string): Judgement {
  return judgement(outcome, [{ code, message }]);
}

/** One piece that holds is enough; of several that hold the one with hardware behind it is taken. */
function judgePieces(
  rule: TeeEvidenceRule,
  evaluation: EvaluationEvidence,
  request: GateRequest,
): Judgement {
  const { signedBytes } = evaluation;
  if (signedBytes === null) {
    return judgeOne(
      'failed',
      'evidence-unsigned-statement',
      `${nameOf(evaluation)} was never signed, so nothing can bind it`,
    );
  }
  const pieces = evaluation.evidence.slice(0, MAX_PIECES).map((piece) => {
    return judgePiece(rule, piece, { evaluation, signedBytes, request });
  });
  const holding = pieces.filter(({ outcome }) => outcome === 'passed');
  const best = holding.find(({ simulated }) => !simulated) ?? holding[0];
  if (best !== undefined) return best;
  if (pieces.length === 0) {
    return judgeOne(
      'failed',
      'evidence-missing',
      `${nameOf(evaluation)} came without TEE evidence`,
    );
  }
  // anybody may add pieces: too many of them must not turn into a proven no
  const isCut = evaluation.evidence.length > MAX_PIECES;
  const isOpen = isCut || pieces.some((piece) => piece.outcome === 'undetermined');
  const reasons = pieces.flatMap((piece) => piece.reasons).slice(0, MAX_REASONS);
  return judgement(isOpen ? 'undetermined' : 'failed', reasons);
}

interface PieceContext {
  readonly evaluation: EvaluationEvidence;
  readonly signedBytes: Uint8Array;
  readonly request: GateRequest;
}

function judgePiece(
  rule: TeeEvidenceRule,
  piece: AttachedEvidence,
  context: PieceContext,
): Judgement {
  const { request } = context;
  const kind = excerpt(piece.kind, 40);
  const kindRule = rule.kinds.find((candidate) => candidate.kind === piece.kind);
  if (kindRule === undefined) {
    return judgeOne(
      'failed',
      'evidence-kind-not-accepted',
      `the policy does not accept ${kind} evidence`,
    );
  }
  if (kindRule.kind === SIMULATED && !request.allowSimulated) {
    return judgeOne('failed', 'simulated-not-allowed', 'this server counts no simulated evidence');
  }
  const scheme = findScheme(kindRule.kind);
  if (scheme === undefined) {
    return judgeOne(
      'undetermined',
      'evidence-kind-unknown',
      `${kind} evidence cannot be verified here`,
    );
  }
  return judgeGenuine(kindRule, scheme, piece, context);
}

function judgeGenuine(
  kindRule: EvidenceKindRule,
  scheme: RunnableScheme,
  piece: AttachedEvidence,
  { evaluation, signedBytes, request }: PieceContext,
): Judgement {
  const binding = bindStatement(scheme.kind, signedBytes);
  const { verdict, claims, findings } = scheme.run({
    evidence: piece.evidence,
    endorsements: endorsementsOf(scheme, piece),
    anchors: request.anchors.get(scheme.kind) ?? scheme.pinnedAnchors(),
    // authenticity is judged at logged receipt time (DESIGN.md 6)
    at: evaluation.receivedAt,
    policy: kindRule.appraisal,
    binding,
  });
  const reasons = findings.slice(0, MAX_FINDINGS).map(({ code, message }) => {
    return { code: `evidence-${code}`, message: `${scheme.kind} evidence: ${message}` };
  });
  if (claims !== null && !isBinding(claims, binding)) {
    const message = `the evidence no longer binds this statement: ${nameOf(evaluation)}`;
    return judgement('failed', [{ code: 'evidence-not-bound', message }, ...reasons]);
  }
  if (verdict !== 'passed' || claims === null) {
    return judgement(verdict === 'passed' ? 'undetermined' : verdict, reasons);
  }
  const isForeign = claims.kind !== scheme.kind || claims.simulated !== (scheme.kind === SIMULATED);
  if (isForeign)
    return judgeOne(
      'failed',
      'evidence-kind-mismatch',
      'the evidence is of another kind than it is said to be',
    );
  return judgeMeasurement(kindRule, claims, evaluation, request);
}

function isBinding({ binding }: TeeClaims, expected: Uint8Array): boolean {
  const bytes = Buffer.from(expected);
  return (
    binding !== null && (binding === bytes.toString('hex') || binding === bytes.toString('latin1'))
  );
}

function judgeMeasurement(
  kindRule: EvidenceKindRule,
  claims: TeeClaims,
  evaluation: EvaluationEvidence,
  request: GateRequest,
): Judgement {
  const measured = claims.measurement?.toLowerCase();
  const pairs = authorisedPairs(kindRule, request).filter(
    ({ measurement }) => measurement === measured,
  );
  const name = `${claims.kind} measurement ${excerpt(measured ?? 'none', 140)}`;
  if (measured === undefined || pairs.length === 0) {
    return judgeOne(
      'failed',
      'measurement-not-authorised',
      `the ${name} may not speak for evaluations`,
    );
  }
  const pair = pairs.find(({ harness }) => harness !== null && harness === evaluation.harness);
  if (pair !== undefined) {
    return judgement('passed', heldReasons(name, claims), claims.simulated);
  }
  if (pairs.some(({ harness }) => harness !== null)) {
    const message = `${nameOf(evaluation)} names the harness ${evaluation.harness ?? 'none'}, not the one that the ${name} runs`;
    return judgeOne('failed', 'harness-mismatch', message);
  }
  const open = {
    code: 'harness-not-fixed',
    message: `the policy does not say which harness the ${name} runs`,
  };
  return judgement('passed', [...heldReasons(name, claims), open], claims.simulated);
}

function heldReasons(name: string, claims: TeeClaims): Reason[] {
  const held = { code: 'evidence-bound', message: `the ${name} is bound to the statement` };
  const simulated = {
    code: 'simulated',
    message: 'simulated evidence proves nothing about a machine',
  };
  return claims.simulated ? [held, simulated] : [held];
}

function authorisedPairs(
  kindRule: EvidenceKindRule,
  request: GateRequest,
): readonly PolicyMeasurement[] {
  if (kindRule.measurements !== null) return kindRule.measurements;
  return request.signerPolicy.policy.measurements
    .filter(
      (allowed) => allowed.kind === kindRule.kind && matchesAny(allowed.statements, 'evaluation'),
    )
    .map(({ measurement, harness }) => ({
      measurement: measurement.toLowerCase(),
      harness: harness ?? null,
    }));
}

function endorsementsOf(scheme: RunnableScheme, piece: AttachedEvidence): Endorsements {
  const byRole = new Map<string, Uint8Array[]>();
  for (const [name, bytes] of piece.endorsements) {
    const role = scheme.roles.has(name) ? name : scheme.findRole(name, bytes);
    if (role !== undefined) byRole.set(role, [...(byRole.get(role) ?? []), bytes]);
  }
  return byRole;
}

function judgeAge(
  rule: TeeEvidenceRule,
  evaluation: EvaluationEvidence,
  request: GateRequest,
): Judgement {
  const ageMs = instantToMs(request.clock) - instantToMs(evaluation.receivedAt);
  if (Number.isNaN(ageMs) || ageMs < 0) {
    const message = `the clock ${request.clock} is behind the log, which received ${nameOf(evaluation)} at ${evaluation.receivedAt}`;
    return judgeOne('undetermined', 'clock-behind-log', message);
  }
  if (rule.maxAge === null) return judgement('passed', []);
  const limitMs = findDurationMs(rule.maxAge);
  if (limitMs !== undefined && ageMs <= limitMs) return judgement('passed', []);
  const message = `${nameOf(evaluation)} was received at ${evaluation.receivedAt}, longer ago than ${rule.maxAge}`;
  return judgeOne('failed', 'evidence-too-old', message);
}

/** A nonce belongs to the first statement that used it; another statement that carries it is a replay. */
async function judgeNonce(
  rule: TeeEvidenceRule,
  evaluation: EvaluationEvidence,
  { facts }: RuleContext,
  takenNow: Map<string, EvaluationEvidence>,
): Promise<Judgement> {
  const { nonce, statement } = evaluation;
  if (nonce === null || nonce === '') {
    if (rule.nonce === 'optional') return judgement('passed', []);
    return judgeOne('failed', 'nonce-missing', `${nameOf(evaluation)} carries no nonce`);
  }
  const owner = (await facts.nonceOwner(nonce)) ?? takenNow.get(nonce)?.statement ?? statement;
  takenNow.set(nonce, takenNow.get(nonce) ?? evaluation);
  if (owner === statement) return judgement('passed', []);
  const message = `the nonce of ${nameOf(evaluation)} is bound to another statement, ${owner}`;
  return judgeOne('failed', 'nonce-replayed', message);
}

function noncesOf(deciding: readonly EvaluationEvidence[]): NonceUse[] {
  return deciding.flatMap(({ nonce, statement }) =>
    nonce === null || nonce === '' ? [] : [{ nonce, statement }],
  );
}

function teeNeed(rule: TeeEvidenceRule, demand: EvaluationDemand, request: GateRequest): Need {
  const kinds = rule.kinds
    .filter(({ kind }) => kind !== SIMULATED || request.allowSimulated)
    .map(({ kind }) => kind)
    .toSorted();
  const pairs = rule.kinds.flatMap((kindRule) => authorisedPairs(kindRule, request));
  const harnesses = new Set(pairs.flatMap(({ harness }) => (harness === null ? [] : [harness])));
  const conditions = [
    `comes with ${kinds.join(' or ')} evidence of an authorised measurement, bound to the statement`,
    ...(harnesses.size > 0
      ? [`names the harness of that measurement: ${[...harnesses].toSorted().join(' or ')}`]
      : []),
    ...(rule.maxAge === null ? [] : [`received at most ${rule.maxAge} before the decision`]),
    ...(rule.nonce === 'required' ? ['carries a nonce that no other statement carries'] : []),
  ];
  return {
    need: 'statement',
    statement: 'evaluation',
    subjects: [request.model, request.dataset],
    class: demand.class,
    conditions,
  };
}
