// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { isJsonObject, member } from '../../../core/json.ts';
import { jwsError } from '../jws.ts';
import {
  findPlainText,
  readAdvisories,
  readHexClaim,
  readTcbStatus,
  requireFlag,
  requireHexClaim,
} from '../verifier-token/content.ts';
import type { AttestedEnvironment } from '../verifier-token/content.ts';

/**
 * Reads what Intel Trust Authority says of a TD or an enclave. Tokens of version 1 have the claims at the top, those of
 * version 2 below `tdx` or `sgx`.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see Intel Trust Authority, "Attestation tokens and claims"
 */
export function readTrustAuthorityEnvironment(token: JsonObject): AttestedEnvironment {
  const [tdx, sgx] = [nested(token, 'tdx'), nested(token, 'sgx')];
  const isTdx = member(tdx, 'tdx_mrtd') !== undefined;
  const isSgx = member(sgx, 'sgx_mrenclave') !== undefined;
  // a token about two environments says of neither which statement it is for
  if (isTdx === isSgx) throw jwsError('the token is not of one TD or one enclave');
  return isTdx ? readTd(tdx) : readEnclave(sgx);
}

function nested(token: JsonObject, name: string): JsonObject {
  const found = member(token, name);
  return isJsonObject(found) ? found : token;
}

function readTd(claims: JsonObject): AttestedEnvironment {
  return {
    environment: 'tdx',
    measurement: requireHexClaim(claims, 'tdx_mrtd', 48),
    reportData: readHexClaim(claims, 'tdx_report_data', 64),
    debug: requireFlag(claims, 'tdx_is_debuggable'),
    ...readCommon(claims),
    rtmrs: [0, 1, 2, 3].map((index) => requireHexClaim(claims, `tdx_rtmr${index}`, 48)),
    mrSigner: null,
  };
}

function readEnclave(claims: JsonObject): AttestedEnvironment {
  return {
    environment: 'sgx',
    measurement: requireHexClaim(claims, 'sgx_mrenclave', 32),
    reportData: readHexClaim(claims, 'sgx_report_data', 64),
    debug: requireFlag(claims, 'sgx_is_debuggable'),
    ...readCommon(claims),
    rtmrs: [],
    mrSigner: requireHexClaim(claims, 'sgx_mrsigner', 32),
  };
}

/** What the attester held is hashed into REPORTDATA, together with the nonce of the service. */
function readCommon(
  claims: JsonObject,
): Pick<AttestedEnvironment, 'tcbStatus' | 'advisories' | 'boundNonces'> {
  const held = findPlainText(member(claims, 'attester_held_data'));
  return {
    tcbStatus: readTcbStatus(claims, 'attester_tcb_status'),
    advisories: readAdvisories(claims, 'attester_advisory_ids'),
    boundNonces: held === undefined ? [] : [held],
  };
}
