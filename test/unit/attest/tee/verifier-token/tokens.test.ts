// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import { findScheme } from '../../../../../attest/tee/registry.ts';
import type { TeeOutcome, TrustAnchor } from '../../../../../attest/tee/scheme.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { makeCertificate, rsaKey } from '../support/fake-pki.ts';
import {
  AZURE,
  AZURE_ENCLAVE,
  AZURE_MACHINE,
  AZURE_TD,
  bound,
  hex,
  INTEL,
  INTEL_ENCLAVE,
  INTEL_TD,
  ISSUER,
  keySetOf,
  makeServiceToken,
} from '../support/fake-service-token.ts';
import type { ServiceKind } from '../support/fake-service-token.ts';

const key = rsaKey();
const stranger = rsaKey();

const GOOD: readonly (readonly [string, ServiceKind, JsonObject])[] = [
  ['Intel, TD', INTEL, INTEL_TD],
  ['Intel, TD, version 2', INTEL, { tdx: INTEL_TD }],
  ['Intel, enclave', INTEL, INTEL_ENCLAVE],
  ['Intel, enclave, version 2', INTEL, { sgx: INTEL_ENCLAVE }],
  ['Azure, TD', AZURE, AZURE_TD],
  ['Azure, enclave', AZURE, AZURE_ENCLAVE],
  ['Azure, machine', AZURE, AZURE_MACHINE],
];

interface Change {
  readonly header?: Record<string, unknown>;
  readonly policy?: JsonObject;
  readonly anchors?: readonly TrustAnchor[];
  readonly signer?: typeof key;
  readonly at?: string;
  readonly binding?: Uint8Array;
}

function run(kind: ServiceKind, content: JsonObject, change: Change = {}): TeeOutcome {
  const scheme = findScheme(kind);
  if (scheme === undefined) throw new Error(kind);
  const { policy, binding, ...fake } = change;
  return scheme.run({
    ...makeServiceToken(kind, content, { key, ...fake }),
    policy: policy ?? { issuer: ISSUER[kind] },
    binding: binding ?? 'ignore',
  });
}

function described({ verdict, findings }: TeeOutcome): string {
  const [first] = verdict === 'passed' ? [] : findings;
  return first === undefined ? verdict : `${verdict} ${first.stage}/${first.code}`;
}

describe.each(GOOD)('%s', (_name, kind, content) => {
  test('passes, bound to the statement', () => {
    const binding = bindStatement(kind, Buffer.from('pae'));
    expect(described(run(kind, content, { binding }))).toBe('passed');
    const other = bindStatement(kind, Buffer.from('other'));
    expect(described(run(kind, content, { binding: other }))).toBe('failed policy/binding');
    const { claims } = run(kind, content);
    expect(claims).toMatchObject({
      kind,
      debug: false,
      binding: bound(kind),
      issuer: ISSUER[kind],
    });
  });

  test('the issuer has to be named, and to be the one', () => {
    expect(described(run(kind, content, { policy: {} }))).toBe('failed policy/issuer-not-named');
    const policy = { issuer: `${ISSUER[kind]}/` };
    expect(described(run(kind, content, { policy }))).toBe('failed policy/issuer');
  });

  test.each<[string, Change, string]>([
    ['no key set', { anchors: [] }, 'undetermined chain/no-trust-anchor'],
    ['a stranger’s signature', { signer: stranger }, 'failed signature/token-signature'],
    ['another key id', { header: { kid: 'k2' } }, 'failed chain/key-not-trusted'],
    ['an algorithm of others', { header: { alg: 'RS384' } }, 'failed signature/algorithm'],
    ['no signature', { header: { alg: 'none' } }, 'failed signature/algorithm'],
    ['run out', { at: '2025-01-01T00:59:00Z' }, 'failed freshness/token-expired'],
    ['not yet', { at: '2024-12-31T23:58:59Z' }, 'failed freshness/token-not-yet-valid'],
  ])('%s', (_what, change, expected) => {
    expect(described(run(kind, content, change))).toBe(expected);
  });

  test('every claim of the environment is needed', () => {
    const optional = /report[-_]?data|compliance|advisory|held|ehd|runtime|tcb_status/;
    const { tdx, sgx, 'x-ms-isolation-tee': isolation } = content;
    const inner = (tdx ?? sgx ?? isolation ?? content) as JsonObject;
    const wrap = (members: JsonObject): JsonObject => {
      if (tdx !== undefined) return { tdx: members };
      if (sgx !== undefined) return { sgx: members };
      return isolation === undefined ? members : { ...content, 'x-ms-isolation-tee': members };
    };
    for (const name of Object.keys(inner).filter((one) => !optional.test(one))) {
      const { [name]: _gone, ...rest } = inner;
      expect(`${name}: ${described(run(kind, wrap(rest)))}`).toBe(
        `${name}: failed parse/malformed`,
      );
      const broken = run(kind, wrap({ ...inner, [name]: 'x' }));
      expect(`${name}: ${described(broken)}`).toBe(`${name}: failed parse/malformed`);
    }
  });
});

describe('what the service says', () => {
  test('a debug environment is denied', () => {
    const content = { ...INTEL_TD, tdx_is_debuggable: true };
    expect(described(run(INTEL, content))).toBe('failed policy/debug-not-allowed');
    const policy = { issuer: ISSUER[INTEL], allowDebug: true };
    const result = run(INTEL, content, { policy });
    expect(described(result)).toBe('passed');
    expect(result.claims).toMatchObject({ trust: { configuration: 'contraindicated' } });
  });

  test.each([
    ['UpToDate', 'passed', 'affirming'],
    ['SWHardeningNeeded', 'failed tcb/tcb-status', 'warning'],
    ['OutOfDate', 'failed tcb/tcb-status', 'warning'],
    ['TDRelaunchAdvised', 'failed tcb/tcb-status', 'warning'],
    ['Revoked', 'failed tcb/tcb-status', 'contraindicated'],
  ])('a platform that is %s', (status, expected, tier) => {
    const result = run(INTEL, { ...INTEL_TD, attester_tcb_status: status });
    expect(described(result)).toBe(expected);
    expect(result.claims).toMatchObject({ tcbStatus: status, trust: { hardware: tier } });
  });

  test('a status that nobody knows is malformed', () => {
    const content = { ...INTEL_TD, attester_tcb_status: 'Splendid' };
    expect(described(run(INTEL, content))).toBe('failed parse/malformed');
  });

  test('a service that states no status meets the default with a warning, and no list', () => {
    const result = run(AZURE, AZURE_MACHINE);
    expect(result.findings.map(({ code }) => code)).toEqual(['tcb-not-stated']);
    expect(result.claims).toMatchObject({ trust: { hardware: 'none' } });
    const policy = { issuer: ISSUER[AZURE], acceptedTcbStatus: ['UpToDate'] };
    expect(described(run(AZURE, AZURE_MACHINE, { policy }))).toBe('failed tcb/tcb-status');
  });

  test.each<[ServiceKind, JsonObject, JsonObject, string]>([
    [INTEL, INTEL_TD, { measurement: hex('aa', 48) }, 'passed'],
    [INTEL, INTEL_TD, { measurement: hex('ab', 48) }, 'failed policy/measurement'],
    [INTEL, INTEL_TD, { reportData: hex('dd', 64) }, 'passed'],
    [INTEL, INTEL_TD, { reportData: hex('de', 64) }, 'failed policy/report-data'],
    [INTEL, INTEL_TD, { rejectedAdvisories: ['INTEL-SA-00001'] }, 'failed tcb/tcb-advisory'],
    [INTEL, INTEL_TD, { eatNonce: bound(INTEL) }, 'passed'],
    [INTEL, INTEL_TD, { eatNonce: 'another' }, 'failed policy/nonce'],
    [INTEL, INTEL_TD, { aud: 'me' }, 'failed policy/audience'],
    [INTEL, INTEL_ENCLAVE, { mrSigner: hex('ee', 32) }, 'passed'],
    [INTEL, INTEL_ENCLAVE, { mrSigner: hex('ef', 32) }, 'failed policy/signer'],
    [INTEL, INTEL_TD, { mrSigner: hex('ee', 32) }, 'failed policy/signer'],
    [AZURE, AZURE_MACHINE, { complianceStatus: 'azure-compliant-cvm' }, 'passed'],
    [AZURE, AZURE_TD, { complianceStatus: 'azure-compliant-cvm' }, 'failed policy/compliance'],
  ])('%s %o asked for %o: %s', (kind, content, asked, expected) => {
    const policy = { issuer: ISSUER[kind], ...asked };
    expect(described(run(kind, content, { policy }))).toBe(expected);
  });

  test('a nonce that the service merely repeats binds nothing', () => {
    const { 'x-ms-runtime': _gone, ...content } = AZURE_TD;
    const repeated = { ...content, nonce: bound(AZURE) };
    const binding = bindStatement(AZURE, Buffer.from('pae'));
    expect(described(run(AZURE, repeated, { binding }))).toBe('failed policy/binding');
  });

  test('a token about two environments, or none, is about nothing', () => {
    const both = { ...INTEL_TD, ...INTEL_ENCLAVE };
    expect(described(run(INTEL, both))).toBe('failed parse/malformed');
    expect(described(run(INTEL, {}))).toBe('failed parse/malformed');
    const other = { ...AZURE_TD, 'x-ms-attestation-type': 'openenclave' };
    expect(described(run(AZURE, other))).toBe('failed parse/malformed');
  });
});

describe('key sets', () => {
  const certificate = makeCertificate({
    subject: 'signer',
    issuer: 'signer',
    key,
    issuerKey: key,
    algorithm: 'rsa-sha256',
  });
  const x5c = [Buffer.from(certificate).toString('base64')];

  test('of certificates, as Azure publishes them', () => {
    const anchors = [keySetOf({ kty: 'RSA', x5c })];
    expect(described(run(AZURE, AZURE_TD, { anchors }))).toBe('passed');
    const change = { anchors, signer: stranger };
    expect(described(run(AZURE, AZURE_TD, change))).toBe('failed signature/token-signature');
  });

  test('of neither', () => {
    for (const entry of [{ kty: 'RSA' }, { kty: 'RSA', x5c: ['AAAA'] }, { kty: 'RSA', x5c: [1] }]) {
      const anchors = [keySetOf(entry)];
      expect(described(run(AZURE, AZURE_TD, { anchors }))).toBe(
        'undetermined chain/trust-anchor-invalid',
      );
    }
  });
});
