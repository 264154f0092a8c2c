// SPDX-License-Identifier: Apache-2.0
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import type { TrustAnchor, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { signToken } from './fake-jwt.ts';
import type { KeyPair } from './fake-pki.ts';

/** Tokens of Intel Trust Authority and of Microsoft Azure Attestation, on self-made keys: no genuine one was at hand. */
export const AT = '2025-01-01T00:00:00Z';
const NOW = Date.parse(AT) / 1000;
export const INTEL = 'intel-trust-authority';
export const AZURE = 'azure-maa';
export const ISSUER = {
  [INTEL]: 'https://portal.intel.example',
  [AZURE]: 'https://a.attest.example',
};
export type ServiceKind = keyof typeof ISSUER;

/** Hex of so many times the byte. */
export const hex = (byte: string, size: number): string => byte.repeat(size);

const rtmrs = Object.fromEntries([0, 1, 2, 3].map((at) => [`tdx_rtmr${at}`, hex(`b${at}`, 48)]));

/** What the tokens below are bound to. */
export function bound(kind: ServiceKind): string {
  return new TextDecoder().decode(bindStatement(kind, Buffer.from('pae')));
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const INTEL_TD = {
  tdx_mrtd: hex('AA', 48),
  tdx_report_data: hex('dd', 64),
  tdx_is_debuggable: false,
  ...rtmrs,
  attester_tcb_status: 'UpToDate',
  attester_advisory_ids: ['INTEL-SA-00002', 'INTEL-SA-00001'],
  attester_held_data: base64(bound(INTEL)),
};
export const INTEL_ENCLAVE = {
  sgx_mrenclave: hex('cc', 32),
  sgx_mrsigner: hex('ee', 32),
  sgx_is_debuggable: false,
  attester_tcb_status: 'UpToDate',
  attester_held_data: base64(bound(INTEL)),
};
const AZURE_SNP = {
  'x-ms-attestation-type': 'sevsnpvm',
  'x-ms-compliance-status': 'azure-compliant-cvm',
  'x-ms-sevsnpvm-launchmeasurement': hex('aa', 48),
  'x-ms-sevsnpvm-reportdata': hex('dd', 64),
  'x-ms-sevsnpvm-is-debuggable': false,
};
export const AZURE_TD = {
  'x-ms-attestation-type': 'tdxvm',
  tdx_mrtd: hex('aa', 48),
  tdx_td_attributes_debug: false,
  ...rtmrs,
  attester_tcb_status: 'UpToDate',
  'x-ms-runtime': { nonce: bound(AZURE) },
};
export const AZURE_ENCLAVE = {
  'x-ms-attestation-type': 'sgx',
  'x-ms-sgx-mrenclave': hex('cc', 32),
  'x-ms-sgx-mrsigner': hex('ee', 32),
  'x-ms-sgx-is-debuggable': false,
  'x-ms-sgx-ehd': Buffer.from(bound(AZURE)).toString('base64url'),
};
export const AZURE_MACHINE = {
  'x-ms-attestation-type': 'azurevm',
  'x-ms-isolation-tee': AZURE_SNP,
  'x-ms-runtime': { 'client-payload': { nonce: base64(bound(AZURE)) } },
};

export interface FakeServiceToken {
  readonly key: KeyPair;
  /** Members of the header beyond algorithm and key id, or in place of them. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly anchors?: readonly TrustAnchor[];
  /** Who signs in place of the key. */
  readonly signer?: KeyPair;
  readonly at?: string;
}

/** A key set of the one key, with the id that the tokens name. */
export function keySetOf(jwk: object): TrustAnchor {
  return { name: 'jwks', bytes: Buffer.from(JSON.stringify({ keys: [{ ...jwk, kid: 'k1' }] })) };
}

/** A token with the content, issued a minute ago for an hour, and the key set that vouches for it. */
export function makeServiceToken(
  kind: ServiceKind,
  content: JsonObject,
  fake: FakeServiceToken,
): VerifyInput {
  const claims = { iss: ISSUER[kind], iat: NOW - 60, nbf: NOW - 60, exp: NOW + 3540, ...content };
  const header = { alg: kind === INTEL ? 'PS384' : 'RS256', kid: 'k1', ...fake.header };
  return {
    evidence: signToken(header, claims, (fake.signer ?? fake.key).privateKey),
    endorsements: new Map(),
    anchors: fake.anchors ?? [keySetOf(fake.key.publicKey.export({ format: 'jwk' }))],
    at: parseInstant(fake.at ?? AT),
  };
}
