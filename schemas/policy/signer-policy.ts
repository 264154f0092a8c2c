// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import type { Identity } from '../../core/identity.ts';

/** Who is trusted for which statements about which subjects. Patterns: see pattern.ts. */
export interface TrustedSigners {
  readonly signers: readonly Identity[];
  /** Statement kinds (`link`, `provenance`, `evaluation`…) or `*`. */
  readonly statements: readonly string[];
  /** Patterns over a subject's ref or label; every subject of a statement must match. */
  readonly subjects: readonly string[];
}

/** A measurement that may speak for statements of a kind: only with it is a trusted statement `attested`. */
export interface AuthorisedMeasurement {
  /** Evidence kind: `sev-snp`, `simulated`… */
  readonly kind: string;
  /** Lower-case hex. */
  readonly measurement: string;
  readonly statements: readonly string[];
  /** Harness that the measured image runs; an evaluation that names another is host-asserted only. */
  readonly harness?: Digest;
}

/** Conditions over a run's attributes; all that are present must match. */
export interface RunCondition {
  readonly statements: readonly string[];
  readonly step?: string;
  readonly buildType?: string;
  readonly builder?: string;
}

/** Trusted runs under this condition carry score instead of content. */
export interface RunRole extends RunCondition {
  readonly activity: 'evaluate' | 'scan';
}

/** Trusted provenance under this condition lists all inputs. */
export interface GrantedCompleteness extends RunCondition {
  readonly covers: 'inputs';
}

/** Who may withdraw which targets or documents. */
export interface Mandate {
  readonly signers: readonly Identity[];
  /** Patterns over refs. */
  readonly targets: readonly string[];
}

/** Signer policy: gives evidence its class. Logged and changed by the policy roots only. */
export interface SignerPolicy {
  readonly name: string;
  readonly trusted: readonly TrustedSigners[];
  readonly measurements: readonly AuthorisedMeasurement[];
  readonly runs: readonly RunRole[];
  readonly complete: readonly GrantedCompleteness[];
  /** Patterns over refs at which history begins by decree (`git:example.org/*`): nobody has to claim where they come from. */
  readonly primarySources: readonly string[];
  /** Digests of files that every project has (a .gitignore): they join nothing, and each answer that skipped one names it. */
  readonly boilerplate: readonly Digest[];
  readonly mayRevoke: readonly Mandate[];
  readonly mayRetract: readonly Mandate[];
}

/** What a fresh home starts with: its owner is trusted for everything. */
export function ownerPolicy(owner: Identity): SignerPolicy {
  return {
    name: 'local-owner',
    trusted: [{ signers: [owner], statements: ['*'], subjects: ['*'] }],
    measurements: [],
    runs: [],
    complete: [],
    primarySources: [],
    boilerplate: [],
    mayRevoke: [{ signers: [owner], targets: ['*'] }],
    mayRetract: [{ signers: [owner], targets: ['*'] }],
  };
}
