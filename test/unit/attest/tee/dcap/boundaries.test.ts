// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { parseEnclaveReport } from '../../../../../attest/tee/dcap/enclave-report.ts';
import { findQeMismatch } from '../../../../../attest/tee/dcap/qe-identity.ts';
import { sgxScheme } from '../../../../../attest/tee/sgx/scheme.ts';
import {
  readBytes,
  readInteger,
  readLevelFacts,
  readList,
  readMember,
  readText,
} from '../../../../../attest/tee/dcap/json-reader.ts';
import { ACCEPTABLE_STATUSES } from '../../../../../attest/tee/dcap/tcb-status.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { tdxScheme } from '../../../../../attest/tee/tdx/scheme.ts';
import type { JsonObject, JsonValue } from '../../../../../core/canonical-json-jcs.ts';
import { AT, makeDcapInput, makeDcapKeys } from './fake-dcap.ts';
import type { FakeDcap } from './fake-dcap.ts';

// The edges of windows, lists and fields, one step to either side. Found by mutation testing.

const keys = makeDcapKeys();

type Change = Omit<FakeDcap, 'keys'>;

function run(files: readonly Uint8Array[], policy: JsonObject = {}): TeeOutcome {
  const input = makeDcapInput({ keys });
  const endorsements = new Map([['collateral', files]]);
  return tdxScheme.run({ ...input, endorsements, policy, binding: 'ignore' });
}

function described(result: TeeOutcome): string {
  const [first] = result.verdict === 'passed' ? [] : result.findings;
  return first === undefined ? 'passed' : `${result.verdict} ${first.stage}/${first.code}`;
}

function fileOf(change: Change = {}): Uint8Array {
  const [file] = makeDcapInput({ keys, ...change }).endorsements.get('collateral') ?? [];
  if (file === undefined) throw new Error('no collateral');
  return file;
}

function inForce(issueDate: string, nextUpdate: string): Change {
  return { tcbInfo: (info) => ({ ...info, issueDate, nextUpdate }) };
}

describe('revocation at the very moment', () => {
  test('a list that begins now revokes now', () => {
    const revoked = 'failed collateral/certificate-revoked';
    for (const change of [
      { pckCrl: { revoked: [[0x33]], thisUpdate: AT } },
      { rootCrl: { revoked: [[0x22]], thisUpdate: AT } },
      { rootCrl: { revoked: [[0x44]], thisUpdate: AT } },
    ]) {
      expect(described(run([fileOf(change)]))).toBe(revoked);
    }
    expect(described(run([fileOf({ pckCrl: { thisUpdate: AT } })]))).toBe('passed');
  });

  test('a list that ends now is still in force', () => {
    expect(described(run([fileOf({ pckCrl: { nextUpdate: AT } })]))).toBe('passed');
  });
});

describe('the choice among several files of collateral', () => {
  const stale = 'undetermined freshness/collateral-stale';
  const before = '2025-06-30T23:59:59Z';
  const after = '2025-07-01T00:00:01Z';
  const [early, late] = ['2025-06-21T00:00:00Z', '2025-07-21T00:00:00Z'];

  test('one that begins now, one that ends now', () => {
    const old = fileOf(inForce(early, before));
    expect(described(run([old, fileOf(inForce(AT, late))]))).toBe('passed');
    expect(described(run([old, fileOf(inForce(early, AT))]))).toBe('passed');
    expect(described(run([old]))).toBe(stale);
  });

  test('one of tomorrow is not taken before one of today', () => {
    const coming = fileOf(inForce(after, late));
    expect(described(run([coming, fileOf()]))).toBe('passed');
    expect(described(run([fileOf(), coming]))).toBe('passed');
  });

  test('one that cannot be ranked comes last', () => {
    const nameless = fileOf({ collateral: { tcb_info: undefined } });
    expect(described(run([nameless, fileOf()]))).toBe('passed');
    expect(described(run([nameless, nameless]))).toBe('undetermined collateral/collateral-missing');
  });

  test('32 files are read, 33 are too many', () => {
    const files = Array.from({ length: 32 }, () => fileOf());
    expect(described(run(files))).toBe('passed');
    expect(described(run([...files, fileOf()]))).toBe('failed collateral/collateral-malformed');
  });
});

describe('what collateral says', () => {
  test('half a byte of hex more', () => {
    for (const name of ['pck_crl', 'root_ca_crl', 'tcb_info_signature']) {
      const members = JSON.parse(Buffer.from(fileOf()).toString()) as Record<string, string>;
      const collateral = { [name]: `${members[name] ?? ''}0` };
      const result = described(run([fileOf({ collateral })]));
      expect(result).toBe('failed collateral/collateral-malformed');
    }
  });

  test('PEM without a block', () => {
    const collateral = { pck_crl: '-----BEGIN ' };
    const result = described(run([fileOf({ collateral })]));
    expect(result).toBe('failed collateral/collateral-malformed');
  });

  test('a text beyond ASCII is signed as UTF-8', () => {
    const tcbInfo = (info: Record<string, unknown>): Record<string, unknown> => ({
      ...info,
      note: 'größer',
    });
    expect(described(run([fileOf({ tcbInfo })]))).toBe('passed');
  });

  test('the claims name the time that all of it is good for', () => {
    const identity = { issueDate: '2025-06-25T00:00:00Z', nextUpdate: '2025-07-05T00:00:00Z' };
    const info = { issueDate: '2025-06-23T00:00:00Z', nextUpdate: '2025-07-03T00:00:00Z' };
    const claimed = (one: object, other: object): unknown => {
      const file = fileOf({
        tcbInfo: (document) => ({ ...document, ...one }),
        qeIdentity: (document) => ({ ...document, ...other }),
      });
      return run([file]).claims;
    };
    const both = { notBefore: '2025-06-25T00:00:00.000Z', notAfter: '2025-07-03T00:00:00.000Z' };
    expect(claimed(info, identity)).toMatchObject({ tcb: both });
    expect(claimed(identity, info)).toMatchObject({ tcb: both });
  });
});

describe('lists in a policy', () => {
  test.each<[string, JsonValue]>([
    ['text', 'UpToDate'],
    ['a number', 1],
    ['an object', { length: 1 }],
    ['nothing in it', []],
    ['the same twice', ['UpToDate', 'UpToDate']],
  ])('%s is no list of states', (_what, acceptedTcbStatus) => {
    expect(() => run([fileOf()], { acceptedTcbStatus })).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });

  test.each<[string, JsonValue]>([
    ['text', 'INTEL-SA-00001'],
    ['an object', { length: 1 }],
    ['a blank in front', [' INTEL-SA-00001']],
    ['a blank behind', ['INTEL-SA-00001 ']],
    ['an id of 41 characters', ['x'.repeat(41)]],
    ['no id', ['']],
    ['a number', [1]],
    ['too many', Array.from({ length: 10_001 }, (_, index) => `SA-${index}`)],
  ])('%s is no list of advisories', (_what, rejectedAdvisories) => {
    expect(() => run([fileOf()], { rejectedAdvisories })).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });

  test('200 advisories, and every state that can be accepted; one more is too many', () => {
    const ids = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `INTEL-SA-${index}`);
    expect(described(run([fileOf()], { rejectedAdvisories: ids(200) }))).toBe('passed');
    expect(described(run([fileOf()], { acceptedTcbStatus: ACCEPTABLE_STATUSES }))).toBe('passed');
    for (const policy of [
      { rejectedAdvisories: ids(201) },
      { acceptedTcbStatus: [...ACCEPTABLE_STATUSES, 'Revoked'] },
    ]) {
      expect(() => run([fileOf()], policy)).toThrow(
        expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
      );
    }
  });

  test('an id of 40 characters', () => {
    const outcome = run([fileOf()], { rejectedAdvisories: ['x'.repeat(40)] });
    expect(described(outcome)).toBe('passed');
  });
});

describe('which root a chain ends in', () => {
  const without: FakeDcap['chain'] = ({ leaf, ca }) => leaf + ca;

  function below(change: Change, root: Change['certificates']): string {
    const { anchors } = makeDcapInput({ keys, certificates: root ?? {} });
    const input = { ...makeDcapInput({ keys, ...change }), anchors };
    return described(tdxScheme.run({ ...input, policy: {}, binding: 'ignore' }));
  }

  test('one of another name is none, though its key is the right one', () => {
    const renamed = { root: { subject: 'Another Root', issuer: 'Another Root' } };
    expect(below({ chain: without }, {})).toBe('passed');
    expect(below({ chain: without }, renamed)).toBe('failed chain/root-not-trusted');
    expect(below({}, renamed)).toBe('failed chain/root-not-trusted');
  });

  test('one that is trusted need not have signed itself', () => {
    const signedByAnother = { root: { issuer: 'Another Root', issuerKey: keys.attestation } };
    const change = { certificates: signedByAnother };
    const input = makeDcapInput({ keys, ...change });
    const result = tdxScheme.run({ ...input, policy: {}, binding: 'ignore' });
    expect(described(result)).toBe('passed');
    expect(below(change, {})).toBe('failed chain/root-not-trusted');
  });
});

describe('what is not read', () => {
  test('identities of TDX modules in TCB info of SGX', () => {
    const tcbInfo = (info: Record<string, unknown>): Record<string, unknown> => ({
      ...info,
      tdxModuleIdentities: 'none',
      tdxModule: null,
    });
    const input = makeDcapInput({ keys, tee: 'sgx', version: 3, tcbInfo });
    const result = sgxScheme.run({ ...input, policy: {}, binding: 'ignore' });
    expect(described(result)).toBe('passed');
    expect(described(run([fileOf({ tcbInfo })]))).toBe('failed collateral/collateral-malformed');
  });
});

describe('a quoting enclave beside its identity', () => {
  const identity = {
    miscSelect: Uint8Array.from([1, 0, 0, 0]),
    miscSelectMask: Uint8Array.from([0xff, 0, 0, 0]),
    attributes: new Uint8Array(16).fill(4),
    attributesMask: new Uint8Array(16).fill(6),
    mrSigner: new Uint8Array(32).fill(7),
    isvProdId: 3,
    levels: [],
  };
  const genuine = (): Buffer => {
    const report = Buffer.alloc(384);
    report.set([1, 9, 9, 9], 16);
    report.fill(0xfd, 48, 64);
    report.fill(7, 128, 160);
    report.writeUInt16LE(3, 256);
    return report;
  };

  test.each<[string | undefined, number, number]>([
    [undefined, 17, 0xff],
    ['MISCSELECT', 16, 2],
    [undefined, 63, 0x04],
    ['ATTRIBUTES', 48, 0xff],
    ['ATTRIBUTES', 63, 0xf9],
    ['MRSIGNER', 159, 8],
    ['ISVPRODID', 257, 3],
  ])('%s: byte %i is %i', (expected, at, value) => {
    const report = genuine();
    report[at] = value;
    expect(findQeMismatch(parseEnclaveReport(report), identity)).toBe(expected);
  });
});

describe('members of a signed document', () => {
  const parseError = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' }) as Error;

  test('text has 1 to 200 characters', () => {
    expect(readText({ a: 'x'.repeat(200) }, 'a')).toHaveLength(200);
    for (const a of ['x'.repeat(201), '', 7, null, ['x']]) {
      expect(() => readText({ a }, 'a')).toThrow(parseError);
    }
    expect(() => readText({}, 'a')).toThrow(parseError);
  });

  test('whole numbers from 0 to the greatest', () => {
    expect([0, 9].map((a) => readInteger({ a }, 'a', 9))).toEqual([0, 9]);
    for (const a of [-1, 10, 1.5, '7', null, [7], true]) {
      expect(() => readInteger({ a }, 'a', 9)).toThrow(parseError);
    }
  });

  test('hex of its size', () => {
    expect(readBytes({ a: '0aFf' }, 'a', 2)).toEqual(Uint8Array.from([10, 255]));
    for (const a of ['0aF', '0aFf0', 'x0aF', '0aFx']) {
      expect(() => readBytes({ a }, 'a', 2)).toThrow(parseError);
    }
  });

  test('objects, and lists of 1 to 1000', () => {
    expect(readMember({ a: {} }, 'a')).toEqual({});
    for (const a of [[], 'x', null, 7]) expect(() => readMember({ a }, 'a')).toThrow(parseError);
    const list = (length: number): JsonObject => ({ a: Array.from({ length }, () => 0) });
    expect(readList(list(1000), 'a')).toHaveLength(1000);
    for (const value of [list(0), list(1001), { a: 'x' }, {}]) {
      expect(() => readList(value, 'a')).toThrow(parseError);
    }
  });

  test('advisories of a level', () => {
    const level = (advisoryIDs: JsonValue): JsonObject => ({
      tcbStatus: 'OutOfDate',
      tcbDate: '2025-01-01T00:00:00Z',
      advisoryIDs,
    });
    const ids = Array.from({ length: 1000 }, (_, index) => `SA-${index}`);
    expect(readLevelFacts(level(ids)).advisories).toEqual(ids);
    expect(readLevelFacts(level(['x'.repeat(40)])).advisories).toEqual(['x'.repeat(40)]);
    for (const bad of [
      [...ids, 'SA-x'],
      'SA-1',
      {},
      [1],
      [''],
      [' SA-1'],
      ['SA-1 '],
      ['x'.repeat(41)],
      [null],
    ]) {
      expect(() => readLevelFacts(level(bad))).toThrow(parseError);
    }
  });

  test('an enclave report has 384 bytes', () => {
    expect(parseEnclaveReport(new Uint8Array(384)).isvSvn).toBe(0);
    for (const size of [0, 383, 385]) {
      expect(() => parseEnclaveReport(new Uint8Array(size))).toThrow(parseError);
    }
  });
});
