// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { anchorCertificates } from '../../../../../attest/tee/endorsements.ts';
import type { RunnableScheme, TeeOutcome, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { sgxScheme } from '../../../../../attest/tee/sgx/scheme.ts';
import { tdxScheme } from '../../../../../attest/tee/tdx/scheme.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { ecKey, integer, oid, sequence, tlv, toPem } from '../support/fake-pki.ts';
import {
  COMPONENTS,
  FMSPC,
  isvLevel,
  makeDcapInput,
  makeDcapKeys,
  MEASURED,
  moduleIdentity,
  PCE_SVN,
  QE_SVN,
  rawKey,
  sgxExtension,
  signRaw,
  tcbLevel,
  TEE_TCB_SVN,
} from './fake-dcap.ts';
import type { FakeDcap } from './fake-dcap.ts';

const keys = makeDcapKeys();
const strangers = makeDcapKeys();
const WRITTEN = 'collateral';

type Change = Omit<FakeDcap, 'keys'>;
type Levels = Record<string, unknown>[];

function schemeOf(change: Change): RunnableScheme {
  return change.tee === 'sgx' ? sgxScheme : tdxScheme;
}

function run(change: Change, policy: JsonObject = {}): TeeOutcome {
  const input = makeDcapInput({ keys, ...change });
  return schemeOf(change).run({ ...input, policy, binding: 'ignore' });
}

function described(result: TeeOutcome): string {
  const [first] = result.verdict === 'passed' ? [] : result.findings;
  return first === undefined ? 'passed' : `${result.verdict} ${first.stage}/${first.code}`;
}

function outcome(change: Change, policy: JsonObject = {}): string {
  return described(run(change, policy));
}

const lists =
  (...tcbLevels: Levels) =>
  (info: Record<string, unknown>): Record<string, unknown> => ({ ...info, tcbLevels });

const FORMS: readonly (Change & { readonly tee: 'tdx' | 'sgx' })[] = [
  { tee: 'tdx', version: 4, form: 'td10' },
  { tee: 'tdx', version: 5, form: 'td10' },
  { tee: 'tdx', version: 5, form: 'td15' },
  { tee: 'sgx', version: 3, form: 'sgx' },
  { tee: 'sgx', version: 4, form: 'sgx' },
  { tee: 'sgx', version: 5, form: 'sgx' },
];

describe('a whole PKI of our own, anchored in its own root', () => {
  for (const form of FORMS) {
    for (const caName of ['Intel SGX PCK Platform CA', 'Intel SGX PCK Processor CA']) {
      test(`${form.tee} version ${form.version} ${form.form} below ${caName} passes`, () => {
        const result = run({ ...form, caName });
        expect(described(result)).toBe('passed');
        expect(result.findings).toEqual([]);
        expect(result.claims).toMatchObject({
          kind: form.tee,
          simulated: false,
          debug: false,
          measurement: form.tee === 'tdx' ? MEASURED.td : MEASURED.enclave,
          binding: MEASURED.reportData,
          quoteVersion: form.version,
          fmspc: FMSPC,
          pceId: '0000',
          pckIssuer: caName.includes('Platform') ? 'platform' : 'processor',
          tcb: {
            status: 'UpToDate',
            module: form.tee === 'tdx' ? { id: 'TDX_01', status: 'UpToDate' } : null,
            advisories: [],
            evaluationDataNumber: 17,
            notBefore: '2025-06-21T00:00:00.000Z',
            notAfter: '2025-07-20T00:00:00.000Z',
          },
        });
      });
    }
  }

  test('the same PKI is nothing to the pinned root', () => {
    for (const form of FORMS) {
      const input = makeDcapInput({ keys, ...form });
      const scheme = schemeOf(form);
      const pinned = { ...input, anchors: scheme.pinnedAnchors(), policy: {} };
      const result = scheme.run({ ...pinned, binding: 'ignore' });
      expect(described(result)).toBe('failed chain/root-not-trusted');
    }
  });

  test('copying the name of the pinned root and leaving the root out does not help', () => {
    const [genuine] = anchorCertificates(tdxScheme.pinnedAnchors());
    if (genuine === undefined) throw new Error('no root');
    const names = { subject: genuine.subject, issuer: genuine.subject };
    const input = makeDcapInput({
      keys,
      certificates: { root: names, ca: { issuer: genuine.subject } },
      chain: ({ leaf, ca }) => leaf + ca,
    });
    const pinned = { ...input, anchors: tdxScheme.pinnedAnchors() };
    const result = tdxScheme.run({ ...pinned, policy: {}, binding: 'ignore' });
    expect(described(result)).toBe('failed chain/certificate-signature');
  });

  test('of several anchors the one that fits is taken; none is no answer', () => {
    const input = makeDcapInput({ keys });
    const others = [...makeDcapInput({ keys: strangers }).anchors, ...tdxScheme.pinnedAnchors()];
    const runWith = (anchors: VerifyInput['anchors']): string =>
      described(tdxScheme.run({ ...input, anchors, policy: {}, binding: 'ignore' }));
    expect(runWith([...others, ...input.anchors])).toBe('passed');
    expect(runWith(others)).toBe('failed chain/root-not-trusted');
    expect(runWith([])).toBe('undetermined chain/no-trust-anchor');
    const broken = { name: 'broken', bytes: Buffer.from('no certificate') };
    expect(runWith([broken])).toBe('undetermined chain/trust-anchor-invalid');
  });

  test('a chain without its root passes, below the right one of two roots of one name', () => {
    const chain: FakeDcap['chain'] = ({ leaf, ca }) => leaf + ca;
    const input = makeDcapInput({ keys, chain });
    const anchors = [...makeDcapInput({ keys: strangers }).anchors, ...input.anchors];
    const result = tdxScheme.run({ ...input, anchors, policy: {}, binding: 'ignore' });
    expect(described(result)).toBe('passed');
  });

  test('another certificate of the same root key is as good, one that it did not sign is not', () => {
    const input = makeDcapInput({ keys });
    const older = makeDcapInput({ keys, certificates: { root: { serial: [0x77] } } });
    const forged = makeDcapInput({
      keys,
      certificates: { root: { serial: [0x77], issuerKey: strangers.root } },
    });
    const runFrom = (quote: VerifyInput): string => {
      const mixed = { ...quote, anchors: input.anchors, policy: {} };
      return described(tdxScheme.run({ ...mixed, binding: 'ignore' }));
    };
    expect(runFrom(older)).toBe('passed');
    const rekeyed = { serial: [0x77], key: strangers.root, issuerKey: keys.root };
    const another = makeDcapInput({ keys, certificates: { root: rekeyed } });
    expect(runFrom(another)).toBe('failed chain/root-not-trusted');
    const renamed = makeDcapInput({ keys, certificates: { root: { subject: 'Another Root' } } });
    expect(runFrom(renamed)).toBe('failed chain/root-not-trusted');
    expect(runFrom(forged)).toBe('failed chain/root-not-trusted');
  });
});

describe('PCK chain', () => {
  const faults: readonly (readonly [string, Change, string])[] = [
    ['leaf only', { chain: ({ leaf }) => leaf }, 'failed chain/chain-length'],
    ['empty', { chain: () => '' }, 'failed chain/certificate-malformed'],
    ['no PEM', { chain: () => 'certificates' }, 'failed chain/certificate-malformed'],
    [
      'cut PEM',
      { chain: ({ leaf, ca }) => leaf + ca.slice(0, -40) },
      'failed chain/certificate-malformed',
    ],
    [
      'root first',
      { chain: (pem) => pem.root + pem.ca + pem.leaf },
      'failed chain/root-not-trusted',
    ],
    ['CA first', { chain: (pem) => pem.ca + pem.leaf + pem.root }, 'failed chain/issuer-name'],
    [
      'a certificate too many',
      { chain: (pem) => pem.leaf + pem.ca + pem.root + pem.root },
      'failed chain/chain-length',
    ],
    [
      'leaf by another key',
      { certificates: { pck: { issuerKey: strangers.ca } } },
      'failed chain/certificate-signature',
    ],
    [
      'CA by another key',
      { certificates: { ca: { issuerKey: strangers.root } } },
      'failed chain/certificate-signature',
    ],
    ['CA is no authority', { certificates: { ca: { isCa: false } } }, 'failed chain/not-a-ca'],
    [
      'CA may not sign certificates',
      { certificates: { ca: { keyUsage: 0x02 } } },
      'failed chain/key-usage',
    ],
    ['leaf is an authority', { certificates: { pck: { isCa: true } } }, 'failed chain/leaf-is-ca'],
    ['leaf may not sign', { certificates: { pck: { keyUsage: 0x04 } } }, 'failed chain/key-usage'],
    [
      'leaf of another name',
      { certificates: { pck: { subject: 'Intel SGX TCB Signing' } } },
      'failed chain/certificate-name',
    ],
    ['CA of another name', { caName: 'Intel SGX PCK CA' }, 'failed chain/certificate-name'],
    [
      'leaf on another curve',
      { certificates: { pck: { key: ecKey('P-384') } } },
      'failed chain/certificate-name',
    ],
    [
      'signed with another hash',
      { certificates: { pck: { algorithm: 'ecdsa-sha384' } } },
      'failed chain/algorithm',
    ],
    [
      'leaf expired',
      { certificates: { pck: { notAfter: '2025-06-30T00:00:00Z' } } },
      'failed freshness/certificate-expired',
    ],
    [
      'CA not yet valid',
      { certificates: { ca: { notBefore: '2025-07-02T00:00:00Z' } } },
      'failed freshness/certificate-not-yet-valid',
    ],
    [
      'root expired',
      { certificates: { root: { notAfter: '2025-06-30T00:00:00Z' } } },
      'failed freshness/certificate-expired',
    ],
    [
      'unknown critical extension',
      {
        certificates: {
          pck: { extensions: [{ oid: '1.2.3', critical: true, value: integer(1) }] },
        },
      },
      'failed chain/critical-extension',
    ],
  ];
  test.each(faults)('%s', (_what, change, expected) => {
    expect(outcome(change)).toBe(expected);
    expect(outcome({ ...change, tee: 'sgx', version: 3 })).toBe(expected);
  });
});

describe('SGX extensions of the PCK certificate', () => {
  const SGX = '1.2.840.113741.1.13.1';
  const octets = (hex: string): Uint8Array => tlv(0x04, Buffer.from(hex, 'hex'));
  const pair = (arc: string, value: Uint8Array): Uint8Array =>
    sequence(oid(`${SGX}.${arc}`), value);
  const svns = Array.from({ length: 17 }, (_, index) => pair(`2.${index + 1}`, integer(20)));
  const tcb = pair('2', sequence(...svns));
  const pceId = pair('3', octets('0000'));
  const fmspc = pair('4', octets(FMSPC));

  test('the same extensions in another order pass', () => {
    expect(outcome({ pck: { extension: sequence(fmspc, tcb, pceId) } })).toBe('passed');
  });

  test.each<[string, Uint8Array]>([
    ['empty', sequence()],
    ['no sequence', octets('00')],
    ['cut', sgxExtension({}).subarray(0, -3)],
    ['no FMSPC', sequence(tcb, pceId)],
    ['no PCEID', sequence(tcb, fmspc)],
    ['no TCB', sequence(pceId, fmspc)],
    ['FMSPC twice', sequence(tcb, pceId, fmspc, fmspc)],
    ['FMSPC of 5 bytes', sequence(tcb, pceId, pair('4', octets('0000000000')))],
    ['FMSPC of 7 bytes', sequence(tcb, pceId, pair('4', octets(`${FMSPC}00`)))],
    ['PCEID of 1 byte', sequence(tcb, pair('3', octets('00')), fmspc)],
    ['PCEID as integer', sequence(tcb, pair('3', integer(0)), fmspc)],
    ['15 components', sequence(pair('2', sequence(...svns.slice(1))), pceId, fmspc)],
    ['no PCESVN', sequence(pair('2', sequence(...svns.slice(0, -1))), pceId, fmspc)],
    [
      'component above 255',
      sequence(pair('2', sequence(pair('2.1', integer(256)), ...svns.slice(1))), pceId, fmspc),
    ],
    [
      'component given twice',
      sequence(pair('2', sequence(...svns, pair('2.1', integer(20)))), pceId, fmspc),
    ],
    [
      'PCESVN above 65535',
      sequence(
        pair('2', sequence(...svns.slice(0, -1), pair('2.17', integer(65536)))),
        pceId,
        fmspc,
      ),
    ],
    [
      'a negative component',
      sequence(
        pair('2', sequence(pair('2.1', tlv(0x02, Buffer.from([0xff]))), ...svns.slice(1))),
        pceId,
        fmspc,
      ),
    ],
    ['one that nobody reads, without a value', sequence(tcb, pceId, fmspc, sequence(oid('1.2.3')))],
    ['three values', sequence(tcb, pceId, sequence(oid(`${SGX}.4`), octets(FMSPC), integer(1)))],
  ])('%s', (_what, extension) => {
    expect(outcome({ pck: { extension } })).toBe('failed chain/pck-extensions');
  });

  test('missing altogether', () => {
    const change = { certificates: { pck: { extensions: [] } } };
    expect(outcome(change)).toBe('failed chain/pck-extensions');
  });
});

describe('revocation', () => {
  const faults: readonly (readonly [string, Change, string])[] = [
    [
      'the PCK certificate',
      { pckCrl: { revoked: [[0x33]] } },
      'failed collateral/certificate-revoked',
    ],
    ['the CA', { rootCrl: { revoked: [[0x22]] } }, 'failed collateral/certificate-revoked'],
    ['the TCB signer', { rootCrl: { revoked: [[0x44]] } }, 'failed collateral/certificate-revoked'],
    [
      'the PCK certificate, by a list that has run out',
      { pckCrl: { revoked: [[0x33]], nextUpdate: '2025-06-20T00:00:00Z' } },
      'failed collateral/certificate-revoked',
    ],
    [
      'the PCK certificate, by a list of somebody else',
      { pckCrl: { revoked: [[0x33]], issuerKey: strangers.ca } },
      'failed collateral/crl-signature',
    ],
    [
      'PCK list of another key',
      { pckCrl: { issuerKey: strangers.ca } },
      'failed collateral/crl-signature',
    ],
    ['PCK list of another name', { pckCrl: { issuer: 'Intel' } }, 'failed collateral/crl-issuer'],
    [
      'PCK list of the other CA',
      { pckCrl: { issuer: 'Intel SGX PCK Processor CA' } },
      'failed collateral/crl-issuer',
    ],
    [
      'the root list in place of the PCK list',
      { pckCrl: { issuer: 'Intel SGX Root CA', issuerKey: keys.root } },
      'failed collateral/crl-issuer',
    ],
    [
      'the PCK list in place of the root list',
      { rootCrl: { issuer: 'Intel SGX PCK Platform CA', issuerKey: keys.ca } },
      'failed collateral/crl-issuer',
    ],
    [
      'root list of another key',
      { rootCrl: { issuerKey: strangers.root } },
      'failed collateral/crl-signature',
    ],
    [
      'PCK list run out',
      { pckCrl: { nextUpdate: '2025-06-30T23:59:59Z' } },
      'undetermined freshness/crl-stale',
    ],
    ['PCK list without end', { pckCrl: { nextUpdate: null } }, 'undetermined freshness/crl-stale'],
    [
      'root list run out',
      { rootCrl: { nextUpdate: '2025-06-30T23:59:59Z' } },
      'undetermined freshness/crl-stale',
    ],
    [
      'root list of tomorrow',
      { rootCrl: { thisUpdate: '2025-07-02T00:00:00Z' } },
      'undetermined freshness/crl-not-yet-valid',
    ],
    [
      'a list with a critical part that is not understood',
      { pckCrl: { extensions: [{ oid: '2.5.29.28', critical: true, value: sequence() }] } },
      'undetermined collateral/crl-critical',
    ],
    [
      'the key of the CA may not sign lists',
      { certificates: { ca: { keyUsage: 0x04 } } },
      'failed collateral/crl-key-usage',
    ],
  ];
  test.each(faults)('%s', (_what, change, expected) => {
    expect(outcome(change)).toBe(expected);
    const caName = 'Intel SGX PCK Platform CA';
    expect(outcome({ ...change, caName, tee: 'sgx', version: 3 })).toBe(expected);
  });

  test('a list of tomorrow cannot say what is revoked today', () => {
    const pckCrl = { revoked: [[0x33]], thisUpdate: '2025-07-02T00:00:00Z' };
    expect(outcome({ pckCrl })).toBe('undetermined freshness/crl-not-yet-valid');
  });

  test('the issuer of the PCK list: another certificate of the same CA will do, unless revoked', () => {
    const renewed = { certificates: { ca: { serial: [0x55] } } };
    const listIssuer = memberOf(makeDcapInput({ keys, ...renewed }), 'pck_crl_issuer_chain');
    const collateral = { pck_crl_issuer_chain: listIssuer };
    expect(outcome({ collateral })).toBe('passed');
    for (const serial of [0x22, 0x55]) {
      const rootCrl = { revoked: [[serial]] };
      expect(outcome({ collateral, rootCrl })).toBe('failed collateral/certificate-revoked');
    }
  });

  test('the issuer chain of the PCK list must be one of this PKI and of this CA', () => {
    const chainOf = (fake: FakeDcap): Change => ({
      collateral: { pck_crl_issuer_chain: memberOf(makeDcapInput(fake), 'pck_crl_issuer_chain') },
    });
    expect(outcome(chainOf({ keys }))).toBe('passed');
    expect(outcome(chainOf({ keys: strangers }))).toBe('failed collateral/root-not-trusted');
    const other = chainOf({ keys, caName: 'Intel SGX PCK Processor CA' });
    expect(outcome(other)).toBe('failed collateral/issuer-name');
    const rekeyed = chainOf({ keys: { ...keys, ca: strangers.ca } });
    expect(outcome(rekeyed)).toBe('failed collateral/certificate-signature');
    const expired = { certificates: { ca: { notAfter: '2025-06-30T00:00:00Z' } } };
    expect(outcome(chainOf({ keys, ...expired }))).toBe('failed freshness/certificate-expired');
  });

  test('lists that name others pass', () => {
    const revoked = [[0x34], [0x33, 0x33], [0x00, 0x99]];
    expect(outcome({ rootCrl: { revoked }, pckCrl: { revoked } })).toBe('passed');
  });

  test('PEM lists are read like hex ones; two in one text are not', () => {
    const input = makeDcapInput({ keys });
    const pem = toPem(Buffer.from(memberOf(input, 'pck_crl'), 'hex'), 'X509 CRL');
    expect(outcome({ collateral: { pck_crl: pem } })).toBe('passed');
    const twice = { pck_crl: pem + pem };
    expect(outcome({ collateral: twice })).toBe('failed collateral/collateral-malformed');
  });
});

function textOf(input: VerifyInput): string {
  return Buffer.from(input.endorsements.get(WRITTEN)?.[0] ?? []).toString();
}

function memberOf(input: VerifyInput, name: string): string {
  return String((JSON.parse(textOf(input)) as Record<string, unknown>)[name]);
}

describe('TCB info and QE identity', () => {
  const members = (change: Record<string, unknown>): Change => ({
    tcbInfo: (info) => ({ ...info, ...change }),
  });
  const identity = (change: Record<string, unknown>): Change => ({
    qeIdentity: (document) => ({ ...document, ...change }),
  });
  const MALFORMED = 'failed collateral/collateral-malformed';
  const faults: readonly (readonly [string, Change, string])[] = [
    [
      'TCB info by another key',
      { tcbInfoKey: strangers.tcbSigning },
      'failed collateral/collateral-signature',
    ],
    [
      'QE identity by another key',
      { qeIdentityKey: strangers.tcbSigning },
      'failed collateral/collateral-signature',
    ],
    [
      'TCB info by the root itself',
      { tcbInfoKey: keys.root },
      'failed collateral/collateral-signature',
    ],
    [
      'signer of another name',
      { certificates: { tcbSigning: { subject: 'Intel SGX PCK Certificate' } } },
      'failed collateral/certificate-name',
    ],
    [
      'signer by another root',
      { certificates: { tcbSigning: { issuerKey: strangers.root } } },
      'failed collateral/certificate-signature',
    ],
    [
      'signer is an authority',
      { certificates: { tcbSigning: { isCa: true } } },
      'failed collateral/leaf-is-ca',
    ],
    [
      'signer expired',
      { certificates: { tcbSigning: { notAfter: '2025-06-30T00:00:00Z' } } },
      'failed freshness/certificate-expired',
    ],
    ['TCB info of SGX', members({ id: 'SGX' }), 'failed collateral/collateral-kind'],
    ['TCB info version 2', members({ version: 2 }), 'failed collateral/collateral-kind'],
    ['TCB info version 4', members({ version: 4 }), 'failed collateral/collateral-kind'],
    ['QE identity of SGX', identity({ id: 'QE' }), 'failed collateral/collateral-kind'],
    ['QE identity of the verifier', identity({ id: 'QVE' }), 'failed collateral/collateral-kind'],
    ['QE identity version 1', identity({ version: 1 }), 'failed collateral/collateral-kind'],
    [
      'TCB info of tomorrow',
      members({ issueDate: '2025-07-01T00:00:01Z' }),
      'undetermined freshness/collateral-not-yet-valid',
    ],
    [
      'TCB info of last month',
      members({ nextUpdate: '2025-06-30T23:59:59Z' }),
      'undetermined freshness/collateral-stale',
    ],
    [
      'QE identity of tomorrow',
      identity({ issueDate: '2025-07-01T00:00:01Z' }),
      'undetermined freshness/collateral-not-yet-valid',
    ],
    [
      'QE identity of last month',
      identity({ nextUpdate: '2025-06-30T23:59:59Z' }),
      'undetermined freshness/collateral-stale',
    ],
    ['another FMSPC', members({ fmspc: '00A06D080001' }), 'failed collateral/collateral-platform'],
    ['another PCEID', members({ pceId: '0001' }), 'failed collateral/collateral-platform'],
    ['FMSPC cut', members({ fmspc: '00A06D08' }), MALFORMED],
    ['FMSPC no hex', members({ fmspc: '00A06D08000G' }), MALFORMED],
    ['no FMSPC', members({ fmspc: undefined }), MALFORMED],
    ['no issue date', members({ issueDate: undefined }), MALFORMED],
    ['issue date no date', members({ issueDate: 'yesterday' }), MALFORMED],
    ['next update a number', members({ nextUpdate: 1_800_000_000 }), MALFORMED],
    ['tcbType 1', members({ tcbType: 1 }), MALFORMED],
    ['no tcbType', members({ tcbType: undefined }), MALFORMED],
    ['no evaluation number', members({ tcbEvaluationDataNumber: undefined }), MALFORMED],
    ['evaluation number negative', members({ tcbEvaluationDataNumber: -1 }), MALFORMED],
    ['no levels', members({ tcbLevels: [] }), MALFORMED],
    ['levels no list', members({ tcbLevels: {} }), MALFORMED],
    ['unknown status', { tcbInfo: lists(tcbLevel('UpToDateIsh')) }, MALFORMED],
    ['status of a prototype', { tcbInfo: lists(tcbLevel('constructor')) }, MALFORMED],
    [
      '15 components',
      { tcbInfo: lists(tcbLevel('UpToDate', { sgx: COMPONENTS.slice(1) })) },
      MALFORMED,
    ],
    [
      '17 components',
      { tcbInfo: lists(tcbLevel('UpToDate', { sgx: [...COMPONENTS, 0] })) },
      MALFORMED,
    ],
    [
      '15 TDX components',
      { tcbInfo: lists(tcbLevel('UpToDate', { tdx: COMPONENTS.slice(1) })) },
      MALFORMED,
    ],
    [
      'a component of 1.5',
      { tcbInfo: lists(tcbLevel('UpToDate', { sgx: [1.5, ...COMPONENTS.slice(1)] })) },
      MALFORMED,
    ],
    [
      'a negative component',
      { tcbInfo: lists(tcbLevel('UpToDate', { sgx: [-1, ...COMPONENTS.slice(1)] })) },
      MALFORMED,
    ],
    ['an id without end', members({ id: 'TDX'.repeat(100) }), MALFORMED],
    [
      'a component of 256',
      { tcbInfo: lists(tcbLevel('UpToDate', { sgx: [256, ...COMPONENTS.slice(1)] })) },
      MALFORMED,
    ],
    ['PCESVN 65536', { tcbInfo: lists(tcbLevel('UpToDate', { pceSvn: 65536 })) }, MALFORMED],
    [
      'an advisory that is markup',
      { tcbInfo: lists(tcbLevel('UpToDate', { advisories: ['<b>'] })) },
      MALFORMED,
    ],
    ['no TDX module', members({ tdxModule: undefined }), MALFORMED],
    ['module identities empty', members({ tdxModuleIdentities: [] }), MALFORMED],
    [
      'a module identity twice',
      members({
        tdxModuleIdentities: [
          moduleIdentity('TDX_01', isvLevel(0, 'UpToDate')),
          moduleIdentity('tdx_01', isvLevel(6, 'OutOfDate')),
        ],
      }),
      MALFORMED,
    ],
    ['QE signer cut', identity({ mrsigner: 'A5' }), MALFORMED],
    ['QE without levels', identity({ tcbLevels: [] }), MALFORMED],
    ['QE mask missing', identity({ attributesMask: undefined }), MALFORMED],
  ];
  test.each(faults)('%s', (_what, change, expected) => {
    expect(outcome(change)).toBe(expected);
  });

  test('the window includes its ends', () => {
    const at = '2025-07-01T00:00:00Z';
    const document = (json: Record<string, unknown>): Record<string, unknown> => ({
      ...json,
      issueDate: at,
      nextUpdate: at,
    });
    expect(outcome({ tcbInfo: document, qeIdentity: document, at })).toBe('passed');
  });

  test('no text but the signed one counts, even where it says the same', () => {
    const text = memberOf(makeDcapInput({ keys }), 'tcb_info');
    expect(outcome({ collateral: { tcb_info: text } })).toBe('passed');
    const pretty = JSON.stringify(JSON.parse(text), null, 1);
    for (const changed of [`${text} `, ` ${text}`, pretty, text.replace('A06D', 'a06d')]) {
      const result = outcome({ collateral: { tcb_info: changed } });
      expect(result).toBe('failed collateral/collateral-signature');
    }
  });

  test('a signature of any other length is none', () => {
    const right = memberOf(makeDcapInput({ keys }), 'tcb_info_signature');
    for (const tcb_info_signature of [
      `${right}00`,
      right.slice(2),
      right.slice(0, -2),
      right + right,
    ]) {
      const result = outcome({ collateral: { tcb_info_signature } });
      expect(result).toBe('failed collateral/collateral-signature');
    }
  });

  test('a signed text that two readers could read differently is refused', () => {
    const plain = memberOf(makeDcapInput({ keys }), 'tcb_info');
    const resigned = (text: string): string => {
      const tcb_info_signature = signRaw(keys.tcbSigning, Buffer.from(text)).toString('hex');
      return outcome({ collateral: { tcb_info: text, tcb_info_signature } });
    };
    expect(resigned(plain)).toBe('passed');
    const twice = plain.replace('"version":3', '"version":3,"version":3');
    expect(resigned(twice)).toBe('failed collateral/collateral-malformed');
    expect(resigned('[]')).toBe('failed collateral/collateral-malformed');
    expect(resigned('{}')).toBe('failed collateral/collateral-malformed');
    expect(resigned('null')).toBe('failed collateral/collateral-malformed');
    expect(resigned('['.repeat(5000))).toBe('failed collateral/collateral-malformed');
    const inherited = '{"__proto__":{"id":"TDX","version":3}}';
    expect(resigned(inherited)).toBe('failed collateral/collateral-malformed');
  });

  test('a member withheld or empty is no answer, each of the nine', () => {
    const names = Object.keys(JSON.parse(textOf(makeDcapInput({ keys }))) as object);
    expect(names).toHaveLength(9);
    for (const name of names) {
      for (const value of [undefined, '', null, 7, []]) {
        const result = outcome({ collateral: { [name]: value } });
        expect(result).toBe('undetermined collateral/collateral-missing');
      }
      const nonsense = outcome({ collateral: { [name]: 'nonsense' } });
      expect(nonsense.startsWith('failed collateral/')).toBe(true);
    }
  });

  test('no collateral at all is no answer, collateral that is no JSON is a no', () => {
    const input = makeDcapInput({ keys });
    const runWith = (...files: Uint8Array[]): string => {
      const endorsements = new Map([['collateral', files]]);
      return described(tdxScheme.run({ ...input, endorsements, policy: {}, binding: 'ignore' }));
    };
    expect(runWith()).toBe('undetermined collateral/collateral-missing');
    expect(runWith(Buffer.from('{}'))).toBe('undetermined collateral/collateral-missing');
    for (const text of ['', '[]', '{', 'null', '{"a":1,"a":1}', '\u0000']) {
      expect(runWith(Buffer.from(text))).toBe('failed collateral/collateral-malformed');
    }
    const many = Array.from({ length: 33 }, () => Buffer.from('{}'));
    expect(runWith(...many)).toBe('failed collateral/collateral-malformed');
    const text = textOf(input);
    const limit = 8 * 1024 * 1024;
    expect(runWith(Buffer.from(text.padEnd(limit)))).toBe('passed');
    const huge = Buffer.from(text.padEnd(limit + 1));
    expect(runWith(huge)).toBe('failed collateral/collateral-malformed');
  });

  test('of several collateral files the one for the platform, in force, is taken', () => {
    const file = (change: Change): Uint8Array =>
      makeDcapInput({ keys, ...change }).endorsements.get(WRITTEN)?.[0] ?? new Uint8Array();
    const right = file({});
    const old = file(members({ nextUpdate: '2025-06-21T00:00:00Z' }));
    const other = file(members({ fmspc: '111111111111' }));
    const sgx = file({ tee: 'sgx' });
    const input = makeDcapInput({ keys });
    const runWith = (...files: Uint8Array[]): string => {
      const endorsements = new Map([['collateral', files]]);
      return described(tdxScheme.run({ ...input, endorsements, policy: {}, binding: 'ignore' }));
    };
    expect(runWith(other, sgx, old, right)).toBe('passed');
    expect(runWith(right, old, sgx, other)).toBe('passed');
    expect(runWith(other, sgx, old)).toBe('undetermined freshness/collateral-stale');
    expect(runWith(other, sgx)).toBe('failed collateral/collateral-platform');
  });

  test('the role is told from the content', () => {
    const collateral = makeDcapInput({ keys }).endorsements.get(WRITTEN)?.[0] ?? new Uint8Array();
    expect(tdxScheme.findRole('anything', collateral)).toBe('collateral');
    expect(sgxScheme.findRole('anything', collateral)).toBe('collateral');
    for (const text of ['', '{}', '[]', 'x', '-----BEGIN CERTIFICATE-----']) {
      expect(tdxScheme.findRole('collateral.json', Buffer.from(text))).toBeUndefined();
    }
  });
});

describe('signatures from the PCK key down to the quote', () => {
  const faults: readonly (readonly [string, Change, string])[] = [
    [
      'QE report by another key',
      { qeReportKey: strangers.pck },
      'failed chain/qe-report-signature',
    ],
    [
      'QE report by the attestation key',
      { qeReportKey: keys.attestation },
      'failed chain/qe-report-signature',
    ],
    [
      'quote by another key',
      { quoteKey: strangers.attestation },
      'failed signature/quote-signature',
    ],
    ['quote by the PCK key', { quoteKey: keys.pck }, 'failed signature/quote-signature'],
    [
      'QE vouches for another key',
      {
        editQeReport: (report) => report.set(rawKey(strangers.attestation).subarray(0, 32), 320),
      },
      'failed chain/attestation-key',
    ],
    [
      'QE vouches for more than a key',
      { editQeReport: (report) => void report.writeUInt8(1, 383) },
      'failed chain/attestation-key',
    ],
    [
      'QE vouches for a point that is on no curve',
      { attestationPoint: Buffer.alloc(64, 1) },
      'failed signature/quote-signature',
    ],
    [
      'QE vouches for the point at infinity',
      { attestationPoint: Buffer.alloc(64) },
      'failed signature/quote-signature',
    ],
    ['another vendor', { vendor: Buffer.alloc(16) }, 'failed chain/qe-vendor'],
    [
      'QE of another signer',
      { editQeReport: (report) => void report.writeUInt8(1, 128) },
      'failed chain/qe-identity',
    ],
    [
      'QE of another product',
      { editQeReport: (report) => void report.writeUInt16LE(3, 256) },
      'failed chain/qe-identity',
    ],
    [
      'QE under debug',
      { editQeReport: (report) => void report.writeUInt8(0x17, 48) },
      'failed chain/qe-identity',
    ],
    [
      'QE with MISCSELECT',
      { editQeReport: (report) => void report.writeUInt8(1, 16) },
      'failed chain/qe-identity',
    ],
    [
      'QE with MISCSELECT in its last byte',
      { editQeReport: (report) => void report.writeUInt8(1, 19) },
      'failed chain/qe-identity',
    ],
    [
      'an identity that demands bits outside its mask',
      { qeIdentity: (identity) => ({ ...identity, attributes: '15'.padEnd(32, '0') }) },
      'failed chain/qe-identity',
    ],
  ];
  test.each(faults)('%s', (_what, change, expected) => {
    for (const form of FORMS) expect(outcome({ ...form, ...change })).toBe(expected);
  });

  test('bits outside the masks are free', () => {
    const editQeReport = (report: Buffer): void => {
      report.writeUInt8(0x11, 48);
      report.fill(0xff, 56, 64);
    };
    expect(outcome({ editQeReport })).toBe('passed');
  });

  test('authentication data of any length is bound', () => {
    for (const size of [0, 1, 31, 33, 1000, 65535]) {
      expect(outcome({ authData: Buffer.alloc(size, 1) })).toBe('passed');
    }
  });

  test('bytes behind the quote: zeroes are nothing, others a warning', () => {
    expect(run({ trailing: Buffer.alloc(3000) }).findings).toEqual([]);
    const noisy = run({ trailing: Buffer.from([0, 0, 1]) });
    expect(noisy.verdict).toBe('passed');
    expect(noisy.findings.map(({ code }) => code)).toEqual(['trailing-bytes']);
  });
});

describe('TCB levels', () => {
  const below = (index: number): number[] =>
    COMPONENTS.map((svn, at) => (at === index ? svn + 1 : svn));

  test.each([
    ['UpToDate', 'passed'],
    ['SWHardeningNeeded', 'failed tcb/tcb-status'],
    ['ConfigurationNeeded', 'failed tcb/tcb-status'],
    ['ConfigurationAndSWHardeningNeeded', 'failed tcb/tcb-status'],
    ['OutOfDate', 'failed tcb/tcb-status'],
    ['OutOfDateConfigurationNeeded', 'failed tcb/tcb-status'],
    ['Revoked', 'failed tcb/tcb-revoked'],
  ])('a platform that is %s', (status, expected) => {
    const change = { tcbInfo: lists(tcbLevel(status, { advisories: ['INTEL-SA-00001'] })) };
    for (const form of FORMS) {
      expect(outcome({ ...form, ...change })).toBe(expected);
      if (status === 'Revoked') continue;
      const accepted = run({ ...form, ...change }, { acceptedTcbStatus: [status] });
      expect(accepted.verdict).toBe('passed');
      const codes = accepted.findings.map(({ code }) => code);
      const expectedCodes = ['tcb-advisories', ...(status === 'UpToDate' ? [] : ['tcb-status'])];
      expect(codes.toSorted()).toEqual(expectedCodes);
      expect(accepted.claims).toMatchObject({
        tcb: { status, platform: { status }, advisories: ['INTEL-SA-00001'] },
      });
    }
  });

  test('each of the 16 SGX components and PCESVN can put a platform below a level', () => {
    const lower = tcbLevel('OutOfDate', { sgx: Array.from({ length: 16 }, () => 0), pceSvn: 0 });
    for (const tee of ['tdx', 'sgx'] as const) {
      for (let index = 0; index < 16; index++) {
        const best = tcbLevel('UpToDate', { sgx: below(index) });
        expect(outcome({ tee, tcbInfo: lists(best, lower) })).toBe('failed tcb/tcb-status');
        expect(outcome({ tee, tcbInfo: lists(best) })).toBe('failed tcb/tcb-no-level');
      }
      const best = tcbLevel('UpToDate', { pceSvn: PCE_SVN + 1 });
      expect(outcome({ tee, tcbInfo: lists(best, lower) })).toBe('failed tcb/tcb-status');
      expect(outcome({ tee, tcbInfo: lists(best) })).toBe('failed tcb/tcb-no-level');
    }
  });

  test('no level is refused whatever the policy accepts', () => {
    const all = [
      'UpToDate',
      'SWHardeningNeeded',
      'ConfigurationNeeded',
      'ConfigurationAndSWHardeningNeeded',
      'OutOfDate',
      'OutOfDateConfigurationNeeded',
    ];
    const policy = { acceptedTcbStatus: all, allowDebug: true };
    const change = { tcbInfo: lists(tcbLevel('UpToDate', { pceSvn: PCE_SVN + 1 })) };
    expect(outcome(change, policy)).toBe('failed tcb/tcb-no-level');
    const revoked = { tcbInfo: lists(tcbLevel('Revoked')) };
    expect(outcome(revoked, policy)).toBe('failed tcb/tcb-revoked');
  });

  test('the first level that fits counts, in the order of the list', () => {
    const statuses = ['ConfigurationNeeded', 'UpToDate'];
    const [first, second] = statuses.map((status) => tcbLevel(status));
    if (first === undefined || second === undefined) throw new Error('levels');
    expect(outcome({ tcbInfo: lists(first, second) })).toBe('failed tcb/tcb-status');
    expect(outcome({ tcbInfo: lists(second, first) })).toBe('passed');
  });

  test('higher numbers are at least as good', () => {
    const pck = { components: COMPONENTS.map((svn) => svn + 200), pceSvn: 65535 };
    for (const form of FORMS) expect(outcome({ ...form, pck })).toBe('passed');
  });

  test('TDX components: all but the first two once the module has a version', () => {
    for (let index = 0; index < 16; index++) {
      const tdx = TEE_TCB_SVN.map((svn, at) => (at === index ? svn + 1 : svn));
      const expected = index < 2 ? 'passed' : 'failed tcb/tcb-no-level';
      expect(outcome({ tcbInfo: lists(tcbLevel('UpToDate', { tdx })) })).toBe(expected);
    }
  });

  test('TDX components: all 16 for a module of version 0, which has no level of its own', () => {
    const svn = [4, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const editBody = (body: Buffer): void => body.set(svn, 0);
    const exact = { editBody, tcbInfo: lists(tcbLevel('UpToDate', { tdx: svn })) };
    const result = run(exact);
    expect(described(result)).toBe('passed');
    expect(result.claims).toMatchObject({ tcb: { module: null } });
    for (let index = 0; index < 16; index++) {
      const tdx = svn.map((one, at) => (at === index ? one + 1 : one));
      const change = { editBody, tcbInfo: lists(tcbLevel('UpToDate', { tdx })) };
      expect(outcome(change)).toBe('failed tcb/tcb-no-level');
    }
  });

  test('SGX asks for no TDX components', () => {
    const tdx = TEE_TCB_SVN.map(() => 255);
    const change = { tcbInfo: lists(tcbLevel('UpToDate', { tdx })) };
    expect(outcome({ tee: 'sgx', ...change })).toBe('passed');
    expect(outcome({ tee: 'tdx', ...change })).toBe('failed tcb/tcb-no-level');
  });
});

describe('the TDX module', () => {
  const identities =
    (...tdxModuleIdentities: Record<string, unknown>[]) =>
    (info: Record<string, unknown>): Record<string, unknown> => ({ ...info, tdxModuleIdentities });
  const current = isvLevel(6, 'UpToDate');

  test('is found by its major version, in either case of its name', () => {
    const version = (value: number) => ({
      editBody: (body: Buffer): void => void body.writeUInt8(value, 1),
    });
    const three = identities(moduleIdentity('TDX_03', current), moduleIdentity('TDX_AB', current));
    expect(outcome({ ...version(3), tcbInfo: three })).toBe('passed');
    expect(outcome({ ...version(0xab), tcbInfo: three })).toBe('passed');
    const lower = identities(moduleIdentity('tdx_ab', current));
    expect(outcome({ ...version(0xab), tcbInfo: lower })).toBe('passed');
    for (const other of [1, 2, 0x0a, 0xb3, 0xff]) {
      expect(outcome({ ...version(other), tcbInfo: three })).toBe('failed tcb/module-unknown');
    }
    const none = (info: Record<string, unknown>): Record<string, unknown> => ({
      ...info,
      tdxModuleIdentities: undefined,
    });
    expect(outcome({ tcbInfo: none })).toBe('failed tcb/module-unknown');
  });

  test('must reach a level of its identity', () => {
    const svn = (value: number) => ({
      editBody: (body: Buffer): void => void body.writeUInt8(value, 0),
    });
    expect(outcome(svn(6))).toBe('passed');
    expect(outcome(svn(255))).toBe('passed');
    expect(outcome(svn(5))).toBe('failed tcb/tcb-status');
    expect(outcome(svn(2))).toBe('failed tcb/tcb-status');
    expect(outcome(svn(1))).toBe('failed tcb/module-no-level');
    const revoked = identities(moduleIdentity('TDX_01', isvLevel(0, 'Revoked')));
    expect(outcome({ tcbInfo: revoked })).toBe('failed tcb/tcb-revoked');
  });

  test('must be signed by the signer of its identity and have no attributes', () => {
    const signer = { editBody: (body: Buffer): void => void body.writeUInt8(1, 111) };
    expect(outcome(signer)).toBe('failed tcb/module-signer');
    const attributes = { editBody: (body: Buffer): void => void body.writeUInt8(1, 119) };
    expect(outcome(attributes)).toBe('failed tcb/module-attributes');
    const old = (at: number) => ({
      editBody: (body: Buffer): void => {
        body.writeUInt8(0, 1);
        body.writeUInt8(1, at);
      },
    });
    expect(outcome(old(64))).toBe('failed tcb/module-signer');
    expect(outcome(old(112))).toBe('failed tcb/module-attributes');
    const unmasked = identities({
      ...moduleIdentity('TDX_01', current),
      attributesMask: '00'.repeat(8),
    });
    expect(outcome({ ...attributes, tcbInfo: unmasked })).toBe('failed tcb/module-attributes');
    const demanding = identities({
      ...moduleIdentity('TDX_01', current),
      attributes: '01'.padEnd(16, '0'),
    });
    expect(outcome({ tcbInfo: demanding })).toBe('failed tcb/module-attributes');
    const another = identities({ ...moduleIdentity('TDX_01', current), mrsigner: '11'.repeat(48) });
    expect(outcome({ tcbInfo: another })).toBe('failed tcb/module-signer');
  });
});

describe('the status of the whole', () => {
  test('is the worst of platform, module and quoting enclave, with the advisories of all', () => {
    const change: Change = {
      tcbInfo: (info) => ({
        ...info,
        tcbLevels: [
          tcbLevel('ConfigurationAndSWHardeningNeeded', { advisories: ['INTEL-SA-00003'] }),
        ],
        tdxModuleIdentities: [
          moduleIdentity('TDX_01', isvLevel(6, 'UpToDate', ['INTEL-SA-00002', 'INTEL-SA-00003'])),
        ],
      }),
      editQeReport: (report) => void report.writeUInt16LE(5, 258),
    };
    const status = 'OutOfDateConfigurationNeeded';
    expect(outcome(change, { acceptedTcbStatus: ['OutOfDate'] })).toBe('failed tcb/tcb-status');
    const result = run(change, { acceptedTcbStatus: [status] });
    expect(result.verdict).toBe('passed');
    expect(result.claims).toMatchObject({
      tcb: {
        status,
        platform: { status: 'ConfigurationAndSWHardeningNeeded' },
        module: { status: 'UpToDate' },
        qe: { status: 'OutOfDate' },
        advisories: ['INTEL-SA-00002', 'INTEL-SA-00003', 'INTEL-SA-00615'],
      },
    });
  });

  test('an outdated quoting enclave is enough, one below every level too much', () => {
    for (const form of FORMS) {
      const qe = (svn: number) => ({
        ...form,
        editQeReport: (report: Buffer): void => void report.writeUInt16LE(svn, 258),
      });
      expect(outcome(qe(QE_SVN))).toBe('passed');
      expect(outcome(qe(65535))).toBe('passed');
      expect(outcome(qe(QE_SVN - 1))).toBe('failed tcb/tcb-status');
      expect(outcome(qe(QE_SVN - 1), { acceptedTcbStatus: ['OutOfDate'] })).toBe('passed');
      expect(outcome(qe(4))).toBe('failed tcb/qe-no-level');
    }
  });

  test('an outdated module is enough, however new the platform', () => {
    const editBody = (body: Buffer): void => void body.writeUInt8(3, 0);
    const accepted = { acceptedTcbStatus: ['OutOfDate'] };
    expect(outcome({ editBody })).toBe('failed tcb/tcb-status');
    expect(outcome({ editBody }, accepted)).toBe('passed');
  });
});
