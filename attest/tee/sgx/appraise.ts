// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { claimsOf } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { concludeAppraisal, demand, demandEqual } from '../appraisal.ts';
import { appraiseDcap, DCAP_POLICY_READERS, tcbWarnings } from '../dcap/appraise.ts';
import type { DcapPolicy } from '../dcap/appraise.ts';
import type { TeeFinding } from '../finding.ts';
import { hexReader, integerReader, parseAppraisalPolicy } from '../policy.ts';
import type { AppraiseInput } from '../scheme.ts';
import type { SgxClaims } from './verify.ts';

/** Appraisal policy for SGX. A member that is absent asks nothing, except where DcapPolicy says otherwise. */
export interface SgxPolicy extends DcapPolicy {
  /** The expected MRENCLAVE: hex of 32 bytes. */
  readonly measurement?: string;
  /** The expected MRSIGNER: hex of 32 bytes. */
  readonly mrSigner?: string;
  /** The product of that signer, 0 to 65535, exactly. */
  readonly isvProdId?: number;
  /** Lowest security version of the enclave, 0 to 65535. */
  readonly minIsvSvn?: number;
}

const DEBUG_HINT = 'the host can read and change a debug enclave';

/**
 * Reads an SGX appraisal policy.
 * @throws {PedigreeError} ERR_POLICY_INVALID for an unknown key, or a value of the wrong type or size
 */
export function parseSgxPolicy(policy: JsonObject): SgxPolicy {
  return parseAppraisalPolicy(policy, {
    ...DCAP_POLICY_READERS,
    measurement: hexReader(32),
    mrSigner: hexReader(32),
    isvProdId: integerReader(0, 0xffff),
    minIsvSvn: integerReader(0, 0xffff),
  });
}

/** Whether a genuine quote meets the policy, and is bound to what is expected. Collects every finding. */
export function appraiseSgx(
  verified: Verified<SgxClaims>,
  input: AppraiseInput<SgxPolicy>,
): Verdict<SgxClaims> {
  const claims = claimsOf(verified);
  const findings = [
    ...appraiseDcap(claims, input, DEBUG_HINT),
    ...appraiseEnclave(claims, input.policy),
  ];
  return concludeAppraisal(claims, findings, tcbWarnings(claims));
}

function appraiseEnclave(claims: SgxClaims, policy: SgxPolicy): TeeFinding[] {
  const measured = 'MRENCLAVE is not the expected one';
  const signed = 'MRSIGNER is not the expected one';
  const product = `ISVPRODID ${claims.isvProdId} is not the expected one`;
  const isSvnMet = claims.isvSvn >= (policy.minIsvSvn ?? 0);
  return [
    ...demandEqual(policy.measurement, claims.measurement, 'measurement', measured, 'MRENCLAVE'),
    ...demandEqual(policy.mrSigner, claims.mrSigner, 'signer', signed, 'MRSIGNER'),
    ...demandEqual(policy.isvProdId, claims.isvProdId, 'product', product, 'ISVPRODID'),
    ...demand(isSvnMet, 'isv-svn', `ISVSVN ${claims.isvSvn} is below the minimum`, {
      at: 'ISVSVN',
    }),
  ];
}
