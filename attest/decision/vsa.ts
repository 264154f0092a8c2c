// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs } from '../../core/canonical-json-jcs.ts';
import { hexOf, isDigest } from '../../core/digest.ts';
import type { Digest } from '../../core/digest.ts';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import type { NonEmpty } from '../../core/verdict.ts';
import { signDsse } from '../signature/sign.ts';
import type { SigningKey } from '../trust/signing-key.ts';
import { digestDecision } from './decision.ts';
import type { Decision, EvidenceRef, LoggedDecision } from './decision.ts';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'https://slsa.dev/verification_summary/v1';

/** Who says so. */
export interface VsaVerifier {
  /** URI that consumers know this verifier by. */
  readonly id: string;
  /** URI for decisions that counted simulated evidence, never the one above; null: none are handed out. */
  readonly simulatedId: string | null;
}

/**
 * The decision as a SLSA Verification Summary: payload of an in-toto Statement about the model. A consumer allows on PASSED
 * only; `undetermined` is FAILED there, and `pedigree_outcome` says which it was.
 * @returns RFC 8785 text in bytes; the same decision gives the same bytes
 * @throws {PedigreeError} ERR_NOT_AUTHORISED for an advisory decision, and for a simulated one without a verifier id of its
 * own; ERR_USAGE where the model is not named by a digest
 * @see https://slsa.dev/spec/v1.1/verification_summary
 */
export function toVsa(decision: LoggedDecision, verifier: VsaVerifier): Uint8Array {
  assertLogged(decision);
  if (!isDigest(decision.model)) {
    throw new PedigreeError(
      'ERR_USAGE',
      `a VSA is about a digest, not about ${excerpt(decision.model)}`,
      {
        hint: 'ask about the model by its digest or file',
      },
    );
  }
  const isPassed = decision.outcome === 'allow';
  const predicate = {
    verifier: { id: verifierId(decision, verifier), version: { pedigree: decision.engine } },
    timeVerified: decision.at,
    resourceUri: decision.model,
    policy: {
      uri: `urn:pedigree:policy:${encodeURIComponent(decision.policy.name)}`,
      digest: digestSet(decision.policy.digest),
    },
    inputAttestations: inputsOf(decision).map(({ document }) => ({ digest: digestSet(document) })),
    verificationResult: isPassed ? 'PASSED' : 'FAILED',
    // SLSA v1.1: FAILED where the policy was not met; own values may not begin with SLSA_
    verifiedLevels: isPassed ? [levelOf(decision)] : ['FAILED'],
    slsaVersion: '1.1',
    pedigree_outcome: decision.outcome,
    pedigree_environment: decision.environment,
    pedigree_dataset: decision.dataset,
    pedigree_decision: digestSet(digestDecision(decision)),
    pedigree_logHead: decision.head,
  };
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{ digest: digestSet(decision.model) }],
    predicateType: PREDICATE_TYPE,
    predicate,
  };
  return new TextEncoder().encode(canonicalizeJcs(statement));
}

/**
 * The VSA of a decision in a DSSE envelope.
 * @throws {PedigreeError} as toVsa
 */
export function signVsa(
  decision: LoggedDecision,
  verifier: VsaVerifier,
  keys: NonEmpty<SigningKey>,
): Uint8Array {
  return signDsse(PAYLOAD_TYPE, toVsa(decision, verifier), keys);
}

/** The type says it; a decision that was read back from JSON must say it too. */
function assertLogged(decision: Decision): void {
  if (decision.advisory || decision.policy.logIndex === null) {
    throw new PedigreeError(
      'ERR_NOT_AUTHORISED',
      'an advisory decision has no verification summary',
      {
        hint: 'let the policy roots log the policy first',
      },
    );
  }
}

function verifierId(decision: Decision, verifier: VsaVerifier): string {
  if (!decision.simulated) return verifier.id;
  if (verifier.simulatedId === null || verifier.simulatedId === verifier.id) {
    throw new PedigreeError(
      'ERR_NOT_AUTHORISED',
      'this verifier vouches for no simulated evidence',
      {
        hint: 'configure a verifier id and key of their own for simulated decisions',
      },
    );
  }
  return verifier.simulatedId;
}

function levelOf({ simulated }: Decision): string {
  return simulated ? 'PEDIGREE_PROMOTION_SIMULATED' : 'PEDIGREE_PROMOTION';
}

function inputsOf({ rules }: Decision): EvidenceRef[] {
  const distinct = new Map(
    rules.flatMap(({ evidence }) => evidence).map((ref) => [ref.document, ref]),
  );
  return [...distinct.values()].toSorted(
    (a, b) => a.logIndex - b.logIndex || (a.document < b.document ? -1 : 1),
  );
}

function digestSet(digest: Digest): Record<string, string> {
  return { [digest.slice(0, digest.indexOf(':'))]: hexOf(digest) };
}
