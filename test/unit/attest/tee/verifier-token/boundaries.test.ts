// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { azureMaaScheme } from '../../../../../attest/tee/azure-maa/scheme.ts';
import { trustAuthorityScheme } from '../../../../../attest/tee/intel-trust-authority/scheme.ts';
import type { RunnableScheme, TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { rsaKey } from '../support/fake-pki.ts';
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
  makeServiceToken,
} from '../support/fake-service-token.ts';
import type { ServiceKind } from '../support/fake-service-token.ts';

// Everything that a pass says, and the edges of claims. Found by mutation testing.

const key = rsaKey();
const SCHEMES: Readonly<Record<ServiceKind, RunnableScheme>> = {
  [INTEL]: trustAuthorityScheme,
  [AZURE]: azureMaaScheme,
};
const MALFORMED = 'failed parse/malformed';

function run(kind: ServiceKind, content: JsonObject, policy: JsonObject = {}): TeeOutcome {
  return SCHEMES[kind].run({
    ...makeServiceToken(kind, content, { key }),
    policy: { issuer: ISSUER[kind], ...policy },
    binding: 'ignore',
  });
}

function described({ verdict, findings }: TeeOutcome): string {
  const [first] = verdict === 'passed' ? [] : findings;
  return first === undefined ? verdict : `${verdict} ${first.stage}/${first.code}`;
}

function outcome(kind: ServiceKind, content: JsonObject, policy?: JsonObject): string {
  return described(run(kind, content, policy));
}

const COMMON = {
  simulated: false,
  debug: false,
  audiences: [],
  reportData: null,
  tcbStatus: null,
  advisories: [],
  rtmrs: [],
  mrSigner: null,
  complianceStatus: null,
  issuedAt: '2024-12-31T23:59:00.000Z',
  notBefore: '2024-12-31T23:59:00.000Z',
  expiresAt: '2025-01-01T00:59:00.000Z',
};
const RTMRS = ['b0', 'b1', 'b2', 'b3'].map((byte) => hex(byte, 48));
const OF_INTEL = { ...COMMON, kind: INTEL, issuer: ISSUER[INTEL] };
const OF_AZURE = { ...COMMON, kind: AZURE, issuer: ISSUER[AZURE] };
const BOUND_BY_INTEL = { binding: bound(INTEL), boundNonces: [bound(INTEL)] };
const BOUND_BY_AZURE = { binding: bound(AZURE), boundNonces: [bound(AZURE)] };
const UP_TO_DATE = {
  tcbStatus: 'UpToDate',
  trust: { hardware: 'affirming', configuration: 'affirming' },
};
const UNKNOWN = { trust: { hardware: 'none', configuration: 'affirming' } };

describe('what a pass says', () => {
  test.each<[string, ServiceKind, JsonObject, object]>([
    [
      'a TD at Intel',
      INTEL,
      INTEL_TD,
      {
        ...OF_INTEL,
        ...BOUND_BY_INTEL,
        ...UP_TO_DATE,
        environment: 'tdx',
        measurement: hex('aa', 48),
        reportData: hex('dd', 64),
        advisories: ['INTEL-SA-00001', 'INTEL-SA-00002'],
        rtmrs: RTMRS,
      },
    ],
    [
      'an enclave at Intel',
      INTEL,
      { sgx: { ...INTEL_ENCLAVE, sgx_report_data: hex('D0', 64) } },
      {
        ...OF_INTEL,
        ...BOUND_BY_INTEL,
        ...UP_TO_DATE,
        environment: 'sgx',
        measurement: hex('cc', 32),
        reportData: hex('d0', 64),
        mrSigner: hex('ee', 32),
      },
    ],
    [
      'a TD at Azure',
      AZURE,
      { ...AZURE_TD, tdx_report_data: hex('d1', 64), attester_advisory_ids: 'INTEL-SA-1' },
      {
        ...OF_AZURE,
        ...BOUND_BY_AZURE,
        ...UP_TO_DATE,
        environment: 'tdx',
        measurement: hex('aa', 48),
        reportData: hex('d1', 64),
        advisories: ['INTEL-SA-1'],
        rtmrs: RTMRS,
      },
    ],
    [
      'an enclave at Azure',
      AZURE,
      { ...AZURE_ENCLAVE, 'x-ms-sgx-report-data': hex('d2', 64) },
      {
        ...OF_AZURE,
        ...BOUND_BY_AZURE,
        ...UNKNOWN,
        environment: 'sgx',
        measurement: hex('cc', 32),
        reportData: hex('d2', 64),
        mrSigner: hex('ee', 32),
      },
    ],
    [
      'a machine at Azure',
      AZURE,
      AZURE_MACHINE,
      {
        ...OF_AZURE,
        ...BOUND_BY_AZURE,
        ...UNKNOWN,
        environment: 'sev-snp',
        measurement: hex('aa', 48),
        reportData: hex('dd', 64),
        complianceStatus: 'azure-compliant-cvm',
      },
    ],
  ])('%s', (_what, kind, content, claims) => {
    const result = run(kind, content);
    expect(described(result)).toBe('passed');
    expect(result.claims).toEqual(claims);
    const isSilent = (claims as { tcbStatus: string | null }).tcbStatus === null;
    expect(result.findings.map(({ code }) => code)).toEqual(isSilent ? ['tcb-not-stated'] : []);
  });

  test('an audience, which a policy may ask for', () => {
    const content = { ...INTEL_TD, aud: ['me', 'you'] };
    expect(run(INTEL, content).claims).toMatchObject({ audiences: ['me', 'you'] });
    expect(run(INTEL, content).findings).toMatchObject([{ code: 'audience-not-checked' }]);
    expect(run(INTEL, content, { aud: 'you' })).toMatchObject({ verdict: 'passed', findings: [] });
    expect(run(INTEL, content, { aud: 'he' }).findings).toMatchObject([
      { stage: 'policy', code: 'audience', at: '/aud' },
    ]);
  });

  test('the field that a caller chooses is the nonce, as text; no key ships with the product', () => {
    for (const scheme of [trustAuthorityScheme, azureMaaScheme]) {
      expect(scheme.chosen).toEqual({
        policyKey: 'eatNonce',
        form: 'text',
        binding: 'sha256-base64url',
      });
      expect(scheme.pinnedAnchors()).toEqual([]);
      expect([...scheme.roles]).toEqual([]);
      expect(scheme.findRole('keys.json', Buffer.from('{"keys":[]}'))).toBeUndefined();
    }
  });
});

describe('what is bound', () => {
  const { attester_held_data: _gone, ...unbound } = INTEL_TD;

  test('without a nonce there is no binding', () => {
    const { claims } = run(INTEL, unbound);
    expect(claims).toMatchObject({ binding: null, boundNonces: [] });
    const { 'x-ms-sgx-ehd': _ehd, ...enclave } = AZURE_ENCLAVE;
    expect(run(AZURE, enclave).claims).toMatchObject({ binding: null, boundNonces: [] });
  });

  test('where two are bound, either may be asked for, and none is the binding', () => {
    const content = { ...AZURE_ENCLAVE, 'x-ms-runtime': { nonce: 'of the runtime data' } };
    const { claims } = run(AZURE, content);
    const boundNonces = ['of the runtime data', bound(AZURE)];
    expect(claims).toMatchObject({ binding: null, boundNonces });
    for (const eatNonce of boundNonces) {
      expect(outcome(AZURE, content, { eatNonce })).toBe('passed');
    }
  });

  test('runtime data of the machine and of the environment count, not that of others', () => {
    const machine = (inner: JsonObject, outer: JsonObject): JsonObject => ({
      ...AZURE_MACHINE,
      'x-ms-isolation-tee': { ...AZURE_MACHINE['x-ms-isolation-tee'], 'x-ms-runtime': inner },
      'x-ms-runtime': outer,
    });
    expect(run(AZURE, machine({ nonce: 'inner' }, {})).claims).toMatchObject({ binding: 'inner' });
    expect(run(AZURE, machine({}, { nonce: 'outer' })).claims).toMatchObject({ binding: 'outer' });
    // a token without isolation reads its runtime data once
    expect(run(AZURE, AZURE_TD).claims).toMatchObject({ boundNonces: [bound(AZURE)] });
    for (const nonce of ['', 7, null, ['x']]) {
      expect(run(AZURE, machine({ nonce }, { nonce })).claims).toMatchObject({ boundNonces: [] });
    }
    const ofClient = (nonce: string): JsonObject =>
      machine({}, { 'client-payload': { nonce: Buffer.from(nonce).toString('base64') } });
    expect(run(AZURE, ofClient('n')).claims).toMatchObject({ binding: 'n' });
  });

  test('held data is plain text of 1 to 1024 characters, or no nonce', () => {
    const heldAs = (bytes: Uint8Array | string): unknown => {
      const attester_held_data = Buffer.from(bytes).toString('base64');
      return (run(INTEL, { ...unbound, attester_held_data }).claims as { binding?: unknown })
        .binding;
    };
    expect(heldAs('x')).toBe('x');
    expect(heldAs('x'.repeat(1024))).toBe('x'.repeat(1024));
    expect(heldAs(' ~')).toBe(' ~');
    for (const bytes of ['', 'x'.repeat(1025), '\nx', 'x\n', '\u{7f}x', 'x\u{7f}', 'é']) {
      expect(heldAs(bytes)).toBeNull();
    }
    for (const attester_held_data of [7, null, ['eA=='], {}]) {
      expect(run(INTEL, { ...unbound, attester_held_data }).claims).toMatchObject({
        binding: null,
      });
    }
  });
});

describe('claims', () => {
  test('hex of the exact size, in either case', () => {
    const measured = (tdx_mrtd: string): string => outcome(INTEL, { ...INTEL_TD, tdx_mrtd });
    expect(measured(hex('aB', 48))).toBe('passed');
    const bad = [
      hex('aa', 47),
      hex('aa', 49),
      hex('aa', 48).slice(1),
      `g${hex('aa', 48).slice(1)}`,
      `${hex('aa', 48).slice(1)}g`,
      `${hex('aa', 47)}a `,
      `0x${hex('aa', 47)}`,
      `${hex('aa', 48)}\n`,
      '',
    ];
    for (const text of bad) expect(measured(text)).toBe(MALFORMED);
    const reported = { ...INTEL_TD, tdx_report_data: hex('dd', 63) };
    expect(outcome(INTEL, reported)).toBe(MALFORMED);
  });

  test('a token has an end, an issuer and a beginning', () => {
    for (const name of ['exp', 'iat', 'iss']) {
      const scheme = SCHEMES[INTEL];
      const made = makeServiceToken(INTEL, { ...INTEL_TD, [name]: null }, { key });
      const policy = { issuer: ISSUER[INTEL] };
      expect(described(scheme.run({ ...made, policy, binding: 'ignore' }))).toBe(MALFORMED);
    }
    // JSON leaves out what is undefined
    const endless = { ...INTEL_TD, exp: undefined } as unknown as JsonObject;
    const result = run(INTEL, endless);
    expect(result).toMatchObject({ verdict: 'failed', stage: 'parse', claims: null });
    expect(result.findings).toMatchObject([{ code: 'malformed', at: '/exp' }]);
  });

  test('advisories are a list of ids, or one text with commas', () => {
    const advised = (attester_advisory_ids: JsonObject[string]): unknown => {
      const result = run(INTEL, { ...INTEL_TD, attester_advisory_ids });
      const { advisories } = (result.claims ?? {}) as { readonly advisories?: unknown };
      return result.verdict === 'passed' ? advisories : described(result);
    };
    expect(advised(null)).toEqual([]);
    expect(advised('')).toEqual([]);
    expect(advised([])).toEqual([]);
    expect(advised('INTEL-SA-2, INTEL-SA-1')).toEqual(['INTEL-SA-1', 'INTEL-SA-2']);
    expect(advised(['a'.repeat(40), ' b_1'])).toEqual(['a'.repeat(40), 'b_1'].toSorted());
    const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `id-${at}`);
    expect(advised(ids(200))).toHaveLength(200);
    expect(advised(ids(201))).toBe(MALFORMED);
    for (const bad of [7, true, {}, [7], [null], [''], ['  a'], ['a '], ['a'.repeat(41)], 'a,,b']) {
      expect(advised(bad)).toBe(MALFORMED);
    }
  });

  test('a status is one of the names, whatever its type', () => {
    for (const attester_tcb_status of [7, null, '', 'uptodate', ['UpToDate'], 'UpToDate ']) {
      expect(outcome(INTEL, { ...INTEL_TD, attester_tcb_status })).toBe(MALFORMED);
    }
    const { attester_tcb_status: _gone, ...silent } = INTEL_TD;
    expect(run(INTEL, silent)).toMatchObject({
      verdict: 'passed',
      claims: { tcbStatus: null, trust: { hardware: 'none' } },
      findings: [{ stage: 'tcb', code: 'tcb-not-stated' }],
    });
  });

  test('an isolation that is no object leaves the token to speak for itself', () => {
    for (const isolation of [null, 7, 'sevsnpvm', []]) {
      expect(outcome(AZURE, { ...AZURE_MACHINE, 'x-ms-isolation-tee': isolation })).toBe(MALFORMED);
      expect(outcome(AZURE, { ...AZURE_TD, 'x-ms-isolation-tee': isolation })).toBe('passed');
    }
    const { 'x-ms-isolation-tee': inner } = AZURE_MACHINE;
    const direct = { ...inner, 'x-ms-compliance-status': 'own' };
    expect(run(AZURE, direct).claims).toMatchObject({ complianceStatus: 'own' });
  });
});
