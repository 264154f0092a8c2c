// SPDX-License-Identifier: Apache-2.0
import { excerpt, isPedigreeError, PedigreeError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import type { Finding, NonEmpty, Verdict } from '../../core/verdict.ts';
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import type { Verified } from '../verified.ts';
import { failure, isTeeFinding, unanswered } from './finding.ts';
import type { Stage, TeeFinding } from './finding.ts';

/** What every kind of evidence says once it is verified. JSON values only; each kind adds its own members. */
export interface TeeClaims {
  readonly kind: string;
  /** True for evidence that no hardware stands behind. */
  readonly simulated: boolean;
  /** True where the guest or enclave can be inspected from outside, so that its secrets and results prove nothing. */
  readonly debug: boolean;
  /** Lower-case hex (or `<algorithm>:<hex>`) that identifies the code that ran. Null: this kind measures none. */
  readonly measurement: string | null;
  /** The field that a statement is bound to (report data, nonce), as the kind writes it: hex, or text for tokens. Null: absent. */
  readonly binding: string | null;
}

/** Trust anchors of one kind, as the operator keeps them: certificates or keys, PEM or DER or JWK. */
export interface TrustAnchor {
  /** Where it came from, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Certificates, revocation lists and collateral that came with the evidence, by role. None of them is trusted. */
export type Endorsements = ReadonlyMap<string, readonly Uint8Array[]>;

export interface VerifyInput {
  readonly evidence: Uint8Array;
  readonly endorsements: Endorsements;
  /** Never taken from the evidence, an endorsement or a policy. */
  readonly anchors: readonly TrustAnchor[];
  /** The time to verify at. */
  readonly at: Instant;
}

export interface AppraiseInput<Policy> {
  readonly policy: Policy;
  /** What the evidence must be bound to, exactly (bind.ts). 'ignore' only where no statement is at stake. */
  readonly binding: Uint8Array | 'ignore';
  readonly at: Instant;
}

/** The field of a kind's evidence in which its caller finds again what it chose: a nonce, or the binding to a statement. */
export interface ChosenField {
  /** The member of the appraisal policy that compares the field. */
  readonly policyKey: string;
  /** How policy and claims write it: hex of bytes, or the text itself. */
  readonly form: 'hex' | 'text';
  /** What binds a statement: how large the hash is, and how it is written (bind.ts). */
  readonly binding: BindingForm;
}

/** 64 bytes, 32 bytes, or the 43 characters that 32 bytes have in unpadded base64url. */
export type BindingForm = 'sha512' | 'sha256' | 'sha256-base64url';

/** One kind of evidence. Adding a kind is a folder with one of these and a line in registry.ts. */
export interface TeeScheme<Claims extends TeeClaims, Policy> {
  /** The name in manifests, policies and in `bind`. */
  readonly kind: string;
  /** What it is, for people: `AMD SEV-SNP attestation report`. */
  readonly title: string;
  readonly chosen: ChosenField;
  /** Roles that verify reads from the endorsements. */
  readonly roles: ReadonlySet<string>;
  /** The anchors that ship with the product. Empty where the operator must name one. */
  pinnedAnchors(): readonly TrustAnchor[];
  /**
   * The role of a file found in a folder of endorsements, or undefined where it has none.
   * @param name file name without folder
   */
  findRole(name: string, bytes: Uint8Array): string | undefined;
  /** Is it genuine? Stops at the first fault: the order is security. */
  verify(input: VerifyInput): Verdict<Verified<Claims>>;
  /** @throws {PedigreeError} ERR_POLICY_INVALID */
  parsePolicy(policy: JsonObject): Policy;
  /** Does it meet the policy? Collects every finding. */
  appraise(verified: Verified<Claims>, input: AppraiseInput<Policy>): Verdict<Claims>;
}

/** What the registry answers. `claims` are there as soon as the evidence is genuine, whatever the policy says. */
export interface TeeOutcome {
  readonly verdict: 'passed' | 'failed' | 'undetermined';
  /** Where it stopped. Null where it passed. */
  readonly stage: Stage | null;
  /** For a pass these are warnings. */
  readonly findings: readonly TeeFinding[];
  readonly claims: TeeClaims | null;
}

export interface RunInput extends VerifyInput {
  /** Appraisal policy as parsed JSON; an empty object is the strict default of the kind. */
  readonly policy: JsonObject;
  readonly binding: Uint8Array | 'ignore';
}

/** A scheme with its types closed over, as the registry keeps it. */
export interface RunnableScheme {
  readonly kind: string;
  readonly title: string;
  readonly chosen: ChosenField;
  readonly roles: ReadonlySet<string>;
  pinnedAnchors(): readonly TrustAnchor[];
  findRole(name: string, bytes: Uint8Array): string | undefined;
  /**
   * Verifies, then appraises. Bad evidence is a verdict, never an exception.
   * @throws {PedigreeError} ERR_POLICY_INVALID for a policy at fault, which is the caller's
   */
  run(input: RunInput): TeeOutcome;
  /** The sealed claims behind a pass, for callers that go on with them (the gate). */
  verify(input: VerifyInput): Verdict<Verified<TeeClaims>>;
}

/** Closes a scheme's types, copies caller-owned bytes and turns every exception on evidence into a verdict. */
export function defineScheme<Claims extends TeeClaims, Policy>(
  scheme: TeeScheme<Claims, Policy>,
): RunnableScheme {
  const verify = (input: VerifyInput): Verdict<Verified<Claims>> =>
    guard(() => scheme.verify({ ...input, evidence: Uint8Array.from(input.evidence) }));
  return {
    kind: scheme.kind,
    title: scheme.title,
    chosen: scheme.chosen,
    roles: scheme.roles,
    pinnedAnchors: () => scheme.pinnedAnchors(),
    findRole: (name, bytes) => scheme.findRole(name, bytes),
    verify,
    run: (input) => {
      // the policy first: a mistake in it must not hide behind evidence that fails anyway
      const policy = scheme.parsePolicy(input.policy);
      const genuine = verify(input);
      if (genuine.status !== 'passed') return outcomeOf(genuine, null);
      const { claims } = genuine.value;
      const { binding, at } = input;
      const met = guard(() => scheme.appraise(genuine.value, { policy, binding, at }));
      return outcomeOf(met, claims, genuine.warnings);
    },
  };
}

/** Runs a check of untrusted input. What it throws is never a pass: a parse error fails, a fault of ours is undetermined. */
function guard<T>(check: () => Verdict<T>): Verdict<T> {
  try {
    return check();
  } catch (error) {
    const hint = 'this is a fault of the verifier, please report it';
    if (!isPedigreeError(error)) {
      const name = error instanceof Error ? ` (${excerpt(error.name, 40)})` : '';
      return unanswered('parse', 'verifier-fault', `a check broke${name}`, { hint });
    }
    if (error.code === 'ERR_INTERNAL') {
      return unanswered('parse', 'verifier-fault', error.message, { hint });
    }
    if (error.code === 'ERR_TRUST_INVALID') {
      const remedy = { hint: 'replace the named file in the trust store' };
      return unanswered('chain', 'trust-anchor-invalid', error.message, remedy);
    }
    return failure('parse', 'malformed', excerpt(error.message, 200));
  }
}

function outcomeOf(
  verdict: Verdict<unknown>,
  claims: TeeClaims | null,
  warnings: readonly Finding[] = [],
): TeeOutcome {
  if (verdict.status === 'passed') {
    const findings = [...warnings, ...verdict.warnings].map(staged);
    return { verdict: 'passed', stage: null, findings, claims };
  }
  const findings = verdict.findings.map(staged) as unknown as NonEmpty<TeeFinding>;
  return { verdict: verdict.status, stage: findings[0].stage, findings, claims };
}

function staged(finding: Finding): TeeFinding {
  if (isTeeFinding(finding)) return finding;
  throw new PedigreeError('ERR_INTERNAL', `finding ${excerpt(finding.code)} has no stage`);
}
