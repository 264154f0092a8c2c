// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { excerpt } from '../../../core/errors.ts';
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jwsError, requireTextClaim } from '../jws.ts';
import {
  findPlainText,
  readAdvisories,
  readHexClaim,
  readTcbStatus,
  requireFlag,
  requireHexClaim,
} from '../verifier-token/content.ts';
import type { AttestedEnvironment } from '../verifier-token/content.ts';

const TYPE = 'x-ms-attestation-type';

/**
 * Reads what Microsoft Azure Attestation says of an enclave, a TD or a confidential machine. For a machine that attests
 * through its virtual TPM (`azurevm`) the hardware's claims are below `x-ms-isolation-tee`.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see Microsoft Azure Attestation, "Claim sets"
 */
export function readAzureEnvironment(token: JsonObject): AttestedEnvironment {
  const isolation = member(token, 'x-ms-isolation-tee');
  const claims = isJsonObject(isolation) ? isolation : token;
  const type = requireTextClaim(claims, TYPE);
  // what is hashed into REPORTDATA by the paravisor is the TPM's key; what the guest chose is below the virtual TPM
  const nonces = [...nonceOfRuntime(token), ...(claims === token ? [] : nonceOfRuntime(claims))];
  if (type === 'sevsnpvm') return readSnp(claims, nonces);
  if (type === 'tdxvm') return readTd(claims, nonces);
  if (type === 'sgx') return readEnclave(claims, nonces);
  throw jwsError(`${TYPE} "${excerpt(type, 40)}" is not known here`);
}

/** Azure's word on its own baseline policy; null where it gives none. */
export function readComplianceStatus(token: JsonObject): string | null {
  const isolation = member(token, 'x-ms-isolation-tee');
  const name = 'x-ms-compliance-status';
  return stringMember(isolation, name) ?? stringMember(token, name) ?? null;
}

function readSnp(claims: JsonObject, boundNonces: readonly string[]): AttestedEnvironment {
  return {
    environment: 'sev-snp',
    measurement: requireHexClaim(claims, 'x-ms-sevsnpvm-launchmeasurement', 48),
    reportData: readHexClaim(claims, 'x-ms-sevsnpvm-reportdata', 64),
    debug: requireFlag(claims, 'x-ms-sevsnpvm-is-debuggable'),
    tcbStatus: null,
    advisories: [],
    rtmrs: [],
    mrSigner: null,
    boundNonces,
  };
}

function readTd(claims: JsonObject, boundNonces: readonly string[]): AttestedEnvironment {
  return {
    environment: 'tdx',
    measurement: requireHexClaim(claims, 'tdx_mrtd', 48),
    reportData: readHexClaim(claims, 'tdx_report_data', 64),
    debug: requireFlag(claims, 'tdx_td_attributes_debug'),
    tcbStatus: readTcbStatus(claims, 'attester_tcb_status'),
    advisories: readAdvisories(claims, 'attester_advisory_ids'),
    rtmrs: [0, 1, 2, 3].map((index) => requireHexClaim(claims, `tdx_rtmr${index}`, 48)),
    mrSigner: null,
    boundNonces,
  };
}

function readEnclave(claims: JsonObject, nonces: readonly string[]): AttestedEnvironment {
  // older tokens carry what the enclave held; its hash is in REPORTDATA as that of runtime data is
  const held = findPlainText(member(claims, 'x-ms-sgx-ehd'));
  return {
    environment: 'sgx',
    measurement: requireHexClaim(claims, 'x-ms-sgx-mrenclave', 32),
    reportData: readHexClaim(claims, 'x-ms-sgx-report-data', 64),
    debug: requireFlag(claims, 'x-ms-sgx-is-debuggable'),
    tcbStatus: null,
    advisories: [],
    rtmrs: [],
    mrSigner: requireHexClaim(claims, 'x-ms-sgx-mrsigner', 32),
    boundNonces: held === undefined ? nonces : [...nonces, held],
  };
}

/** A nonce in the runtime data: as the caller wrote it, or in base64 as the guest library writes it. */
function nonceOfRuntime(claims: JsonObject): string[] {
  const runtime = member(claims, 'x-ms-runtime');
  const stated = stringMember(runtime, 'nonce');
  const ofClient = findPlainText(member(member(runtime, 'client-payload'), 'nonce'));
  return [stated, ofClient].filter((one) => one !== undefined && one !== '') as string[];
}
