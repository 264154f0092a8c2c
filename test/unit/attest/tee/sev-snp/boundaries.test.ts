// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  findProduct,
  findSnpRole,
  publishedIntermediate,
} from '../../../../../attest/tee/sev-snp/collateral.ts';
import { sevSnpScheme } from '../../../../../attest/tee/sev-snp/scheme.ts';
import type { SnpClaims } from '../../../../../attest/tee/sev-snp/verify.ts';
import type { TeeOutcome, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { makeAmdKeys, makeSnpInput, signReport, tcbBytes } from '../support/fake-amd.ts';
import type { FakeSnp } from '../support/fake-amd.ts';
import { integer, makeCrl, tlv, toPem } from '../support/fake-pki.ts';

// The edges of fields, windows and choices, one step to either side. Found by mutation testing.

const keys = makeAmdKeys();
const stranger = makeAmdKeys();
const AT = '2025-01-01T00:00:00Z';

function run(input: VerifyInput): TeeOutcome {
  return sevSnpScheme.run({ ...input, policy: {}, binding: 'ignore' });
}

function outcome(change: Omit<FakeSnp, 'keys'>): string {
  return described(run(makeSnpInput({ keys, ...change })));
}

function described(result: TeeOutcome): string {
  const [first] = result.verdict === 'passed' ? [] : result.findings;
  return first === undefined ? 'passed' : `${result.verdict} ${first.stage}/${first.code}`;
}

function withFiles(input: VerifyInput, role: string, ...files: Uint8Array[]): VerifyInput {
  return { ...input, endorsements: new Map([...input.endorsements, [role, files]]) };
}

function without(input: VerifyInput, role: string): VerifyInput {
  const rest = [...input.endorsements].filter(([other]) => other !== role);
  return { ...input, endorsements: new Map(rest) };
}

test('what the caller chooses is the report data', () => {
  const { chosen } = sevSnpScheme;
  expect(chosen).toEqual({ policyKey: 'reportData', form: 'hex', binding: 'sha512' });
});

describe('each field is read from its place', () => {
  test('a report whose bytes are all different', () => {
    const edit = (report: Buffer): void => {
      report.writeUInt32LE(0x01020304, 0x04);
      // minor 0x1f, major 0x01, SMT, migration agent, debug, single socket
      report.writeBigUInt64LE(0x1f_011fn, 0x08);
      report.fill(0x0f, 0x10, 0x20).fill(0x1a, 0x20, 0x30);
      report.writeUInt32LE(2, 0x30);
      report.writeBigUInt64LE(0x0123_4567n, 0x40);
      report.writeUInt32LE(1, 0x48);
      report.fill(0xc0, 0xc0, 0xe0).fill(0xe0, 0xe0, 0x110).fill(0x11, 0x110, 0x140);
      report.fill(0x14, 0x140, 0x160).fill(0x16, 0x160, 0x180);
      report.set([0x19, 0x01, 0x02], 0x188);
      report.set([9, 8, 7, 0, 6, 5, 4, 0], 0x1e8);
      const current = tcbBytes('Milan').map((level, at) => (at === 0 ? level + 2 : level));
      report.set(current, 0x38);
      report.set(
        tcbBytes('Milan').map((level, at) => (at === 7 ? level - 1 : level)),
        0x1e0,
      );
      report.set(
        tcbBytes('Milan').map((level, at) => (at === 6 ? level - 1 : level)),
        0x1f0,
      );
    };
    const { claims } = run(makeSnpInput({ keys, edit }));
    const reported = { bootloader: 2, tee: 3, snp: 4, microcode: 0xdb };
    expect(claims).toMatchObject({
      kind: 'sev-snp',
      simulated: false,
      debug: true,
      version: 3,
      product: 'Milan',
      signer: 'VCEK',
      guestSvn: 0x01020304,
      vmpl: 2,
      guestPolicy: {
        raw: '0x1f011f',
        abiMajor: 1,
        abiMinor: 0x1f,
        smtAllowed: true,
        migrationAgentAllowed: true,
        singleSocketRequired: true,
      },
      platformInfo: '0x1234567',
      familyId: '0f'.repeat(16),
      imageId: '1a'.repeat(16),
      hostData: 'c0'.repeat(32),
      idKeyDigest: 'e0'.repeat(48),
      authorKeyDigest: '11'.repeat(48),
      reportId: '14'.repeat(32),
      reportIdMa: '16'.repeat(32),
      chipId: 'c1'.repeat(64),
      cspId: null,
      tcb: {
        reported,
        current: { ...reported, bootloader: 4 },
        committed: { ...reported, microcode: 0xda },
        launch: { ...reported, snp: 3 },
      },
      firmware: {
        current: { build: 9, minor: 8, major: 7 },
        committed: { build: 6, minor: 5, major: 4 },
      },
    });
  });

  test('an author key only where the report says so, and no flag where its bit is not set', () => {
    const { claims } = run(makeSnpInput({ keys }));
    expect(claims).toMatchObject({
      authorKeyDigest: null,
      debug: false,
      guestPolicy: {
        raw: '0x30000',
        smtAllowed: true,
        migrationAgentAllowed: false,
        singleSocketRequired: false,
      },
    });
    const edit = (report: Buffer): void => void report.writeBigUInt64LE(0x20000n, 0x08);
    expect(run(makeSnpInput({ keys, edit })).claims).toMatchObject({
      guestPolicy: { raw: '0x20000', smtAllowed: false },
    });
  });

  test('guest policy: each flag is its own bit', () => {
    const flags = {
      smtAllowed: 16n,
      migrationAgentAllowed: 18n,
      singleSocketRequired: 20n,
      cxlAllowed: 21n,
      aes256XtsRequired: 22n,
      raplDisabled: 23n,
      ciphertextHidingRequired: 24n,
      pageSwapDisabled: 25n,
    };
    const policyWith = (bits: bigint): unknown => {
      const edit = (report: Buffer): void => void report.writeBigUInt64LE(bits | (1n << 17n), 0x08);
      const { claims } = run(makeSnpInput({ keys, edit }));
      return (claims as SnpClaims | null)?.guestPolicy;
    };
    const none = Object.fromEntries(Object.keys(flags).map((name) => [name, false]));
    expect(policyWith(0n)).toEqual({ raw: '0x20000', abiMajor: 0, abiMinor: 0, ...none });
    for (const [name, bit] of Object.entries(flags)) {
      expect(policyWith(1n << bit)).toMatchObject({ ...none, [name]: true });
    }
  });

  test('a chip id is of a VCEK; what a VLEK says of chips is not asked', () => {
    const ekExtensions = { '4': Buffer.alloc(64, 0xc2) };
    expect(outcome({ ekExtensions })).toBe('failed chain/chip-id');
    expect(outcome({ signer: 'VLEK', ekExtensions })).toBe('passed');
    const masked = (report: Buffer): void => void report.fill(0, 0x1a0, 0x1e0);
    const codes = (change: Omit<FakeSnp, 'keys'>): string[] =>
      run(makeSnpInput({ keys, crl: {}, edit: masked, ...change })).findings.map(
        ({ stage, code }) => `${stage}/${code}`,
      );
    expect(codes({})).toEqual(['chain/chip-id-masked']);
    expect(codes({ signer: 'VLEK' })).toEqual([]);
    expect(codes({ signer: 'VLEK', ekExtensions })).toEqual([]);
  });

  test('levels of the certificate: 0 to 255', () => {
    const withLevel = (level: number): string => {
      const edit = (report: Buffer): void => {
        for (const at of [0x38, 0x180, 0x1e0]) report[at + 7] = level;
      };
      return outcome({ edit, ekExtensions: { '3.8': integer(level) } });
    };
    expect([0, 255].map(withLevel)).toEqual(['passed', 'passed']);
    expect(withLevel(256)).toBe('failed chain/endorsement-malformed');
  });

  test('guest policy: bit 17 is one, bits from 26 on are zero', () => {
    const withPolicy = (policy: bigint): string =>
      outcome({ edit: (report) => void report.writeBigUInt64LE(policy, 0x08) });
    expect(withPolicy(0x10000n)).toBe('failed parse/malformed');
    expect(withPolicy((1n << 25n) | 0x20000n)).toBe('passed');
    expect(withPolicy((1n << 26n) | 0x20000n)).toBe('failed parse/malformed');
    expect(withPolicy((1n << 63n) | 0x20000n)).toBe('failed parse/malformed');
  });

  test('key information: VCEK, VLEK, nothing else', () => {
    const withKey = (info: number): string =>
      outcome({ edit: (report) => void report.writeUInt32LE(info, 0x48) });
    expect(withKey(0b00001)).toBe('passed');
    expect(withKey(0b00010)).toBe('passed');
    for (const key of [2, 3, 7]) expect(withKey(key << 2)).toBe('failed parse/malformed');
    expect(withKey(1 << 5)).toBe('failed parse/malformed');
    expect(withKey(0x8000_0000)).toBe('failed parse/malformed');
  });

  test('mitigations from version 5 on', () => {
    const claimsOf = (version: number): unknown => {
      const edit = (report: Buffer): void => {
        report.writeUInt32LE(version, 0x00);
        report.writeBigUInt64LE(0x0102n, 0x1f8);
        report.writeBigUInt64LE(0x0304n, 0x200);
      };
      return run(makeSnpInput({ keys, edit })).claims;
    };
    const mitigations = { launch: '0x102', current: '0x304' };
    expect(claimsOf(5)).toMatchObject({ mitigations });
    expect(claimsOf(4)).toMatchObject({ mitigations: null });
  });

  test.each<[string, (report: Buffer) => void, string]>([
    ['runs as reported and committed', () => undefined, 'passed'],
    ['runs above both', (report) => void report.writeUInt8(9, 0x38), 'passed'],
    ['runs below what is reported', (report) => void report.writeUInt8(1, 0x38), 'reported'],
    ['has committed more', (report) => void report.writeUInt8(0xdc, 0x1e7), 'committed'],
    ['has committed a later build', (report) => void report.writeUInt8(1, 0x1ec), 'build'],
    ['has committed a later minor', (report) => void report.writeUInt8(1, 0x1ed), 'minor'],
    ['has committed a later major', (report) => void report.writeUInt8(1, 0x1ee), 'major'],
    ['runs a later minor, an earlier build', laterMinor, 'passed'],
  ])('firmware that %s', (_what, edit, expected) => {
    const wanted = expected === 'passed' ? 'passed' : 'failed tcb/tcb-inconsistent';
    expect(outcome({ edit })).toBe(wanted);
  });

  function laterMinor(report: Buffer): void {
    report.set([0, 2, 1], 0x1e8);
    report.set([9, 1, 1], 0x1ec);
  }

  test('versions 2 to 5', () => {
    const withVersion = (version: number): string => {
      const edit = (report: Buffer): void => {
        report.writeUInt32LE(version, 0x00);
        if (version < 3) report.fill(0, 0x188, 0x18b);
      };
      return outcome({ edit });
    };
    for (const version of [2, 3, 4, 5]) expect(withVersion(version)).toBe('passed');
    for (const version of [0, 1, 6, 0x1_0003]) {
      expect(withVersion(version)).toBe('failed parse/malformed');
    }
  });
});

describe('the product line of a processor', () => {
  test.each([
    [0x19, 0x00, 'Milan'],
    [0x19, 0x0f, 'Milan'],
    [0x19, 0x10, 'Genoa'],
    [0x19, 0x1f, 'Genoa'],
    [0x19, 0x20, undefined],
    [0x19, 0x9f, undefined],
    [0x19, 0xa0, 'Genoa'],
    [0x19, 0xaf, 'Genoa'],
    [0x19, 0xb0, undefined],
    [0x1a, 0x00, 'Turin'],
    [0x1a, 0x11, 'Turin'],
    [0x1a, 0x12, undefined],
    [0x18, 0x01, undefined],
    [0x1b, 0x01, undefined],
  ] as const)('family %i model %i is %s', (family, model, product) => {
    expect(findProduct({ family, model, stepping: 0 })).toBe(product);
  });

  test.each(['Bergamo-A0', 'Siena-A0', 'Genoa', 'Genoa-B1'])('%s is of the Genoa line', (name) => {
    const ekExtensions = { '2': tlv(0x16, Buffer.from(name)) };
    expect(outcome({ product: 'Genoa', ekExtensions })).toBe('passed');
  });

  test('a product of no line, whoever signs', () => {
    const ekExtensions = { '2': tlv(0x16, Buffer.from('Rome-B0')) };
    for (const signer of ['VCEK', 'VLEK'] as const) {
      expect(outcome({ signer, ekExtensions })).toBe('failed chain/endorsement-malformed');
    }
  });

  test('the product name is printable', () => {
    for (const name of ['Milan-\u0001', 'Milan-\u007f']) {
      const ekExtensions = { '2': tlv(0x16, Buffer.from(name)) };
      expect(outcome({ ekExtensions })).toBe('failed chain/endorsement-malformed');
    }
    for (const name of ['Milan- ', 'Milan-~']) {
      const ekExtensions = { '2': tlv(0x16, Buffer.from(name)) };
      expect(outcome({ ekExtensions })).toBe('passed');
    }
  });
});

describe('what is missing', () => {
  test('the hint names where AMD publishes the certificate', () => {
    const hintOf = (change: Omit<FakeSnp, 'keys'>): string | undefined =>
      run(without(makeSnpInput({ keys, ...change }), 'ek')).findings[0]?.hint;
    const milan = `/vcek/v1/Milan/${'c1'.repeat(64)}?blSPL=02&teeSPL=03&snpSPL=04&ucodeSPL=219`;
    expect(hintOf({})).toContain(`${milan})`);
    const turin = `/vcek/v1/Turin/${'c1'.repeat(8)}?`;
    expect(hintOf({ product: 'Turin' })).toContain(turin);
    expect(hintOf({ product: 'Turin' })).toContain('fmcSPL=01');
    expect(hintOf({ signer: 'VLEK' })).toContain('/vlek/v1/Milan/cert?blSPL=02');
    const old = (report: Buffer): void => {
      report.writeUInt32LE(2, 0x00);
      report.fill(0, 0x188, 0x18b);
    };
    expect(hintOf({ edit: old })).toMatch(/ as role ek$/);
  });

  test('the published intermediate serves, of the right product and signer, each time anew', () => {
    const subjects = (['Milan', 'Genoa', 'Turin'] as const).flatMap((product) =>
      (['VCEK', 'VLEK'] as const).map(
        (signer) => publishedIntermediate(product, signer).commonName,
      ),
    );
    expect(subjects).toEqual([
      'SEV-Milan',
      'SEV-VLEK-Milan',
      'SEV-Genoa',
      'SEV-VLEK-Genoa',
      'SEV-Turin',
      'SEV-VLEK-Turin',
    ]);
    expect(publishedIntermediate('Milan', 'VCEK')).toBe(publishedIntermediate('Milan', 'VCEK'));
    // it is none of our chain
    const input = without(makeSnpInput({ keys }), 'ask');
    expect(described(run(input))).toBe('failed chain/issuer-name');
  });

  test('a root need not come along', () => {
    expect(described(run(without(makeSnpInput({ keys }), 'ark')))).toBe('passed');
  });
});

describe('trust anchors', () => {
  test('an anchor whose bytes were changed after it was used is another anchor', () => {
    const input = makeSnpInput({ keys });
    const other = makeSnpInput({ keys: stranger });
    const [mine, theirs] = [input.anchors[0]?.bytes, other.anchors[0]?.bytes];
    if (mine === undefined || theirs === undefined) throw new Error('no anchor');
    const bytes = new Uint8Array(Math.max(mine.length, theirs.length));
    const sized = (length: number): VerifyInput['anchors'] => [
      { name: 'a file that is written again', bytes: bytes.subarray(0, length) },
    ];
    bytes.set(mine);
    expect(described(run({ ...input, anchors: sized(mine.length) }))).toBe('passed');
    bytes.set(theirs);
    expect(described(run({ ...input, anchors: sized(theirs.length) }))).toBe(
      'failed chain/root-not-trusted',
    );
    expect(described(run({ ...other, anchors: sized(theirs.length) }))).toBe('passed');
  });

  test('many anchors, and PEM like DER', () => {
    const input = makeSnpInput({ keys });
    const ours = input.anchors[0]?.bytes ?? new Uint8Array();
    const pem = (index: number): Uint8Array => Buffer.from(`${'#'.repeat(index)}\n${toPem(ours)}`);
    const many = Array.from({ length: 100 }, (_, index) => ({
      name: `anchor ${index}`,
      bytes: pem(index),
    }));
    expect(described(run({ ...input, anchors: many }))).toBe('passed');
    for (const anchor of many) {
      expect(described(run({ ...input, anchors: [anchor] }))).toBe('passed');
    }
  });

  test('a file that is no certificate is refused each time', () => {
    const input = makeSnpInput({ keys });
    const anchors = [{ name: 'mine.pem', bytes: Buffer.from('nothing') }];
    for (const _time of [1, 2]) {
      expect(described(run({ ...input, anchors }))).toBe('undetermined chain/trust-anchor-invalid');
    }
  });
});

describe('revocation lists', () => {
  const list = { issuer: 'ARK-Milan', issuerKey: keys.ark, algorithm: 'rsa-pss-sha384' } as const;

  test('one that begins now revokes now; one that ends now is in force', () => {
    const revoked = [[1, 0, 1]];
    expect(outcome({ crl: { revoked, thisUpdate: AT } })).toBe(
      'failed collateral/intermediate-revoked',
    );
    expect(outcome({ crl: { thisUpdate: AT } })).toBe('passed');
    expect(outcome({ crl: { nextUpdate: AT } })).toBe('passed');
  });

  test('a list of tomorrow revokes nothing today', () => {
    const crl = { revoked: [[1, 0, 1]], thisUpdate: '2025-01-01T00:00:01Z' };
    expect(outcome({ crl })).toBe('undetermined freshness/crl-not-yet-valid');
  });

  test('among several, one that revokes is enough, and one in force is', () => {
    const fresh = makeCrl(list);
    const stale = makeCrl({ ...list, nextUpdate: '2024-01-01T00:00:00Z' });
    const revoking = makeCrl({ ...list, revoked: [[1, 0, 1]] });
    const foreign = makeCrl({ ...list, issuerKey: stranger.ark, revoked: [[1, 0, 1]] });
    const runWith = (...crls: Uint8Array[]): string =>
      described(run(withFiles(makeSnpInput({ keys }), 'crl', ...crls)));
    expect(runWith(stale, fresh)).toBe('passed');
    expect(runWith(foreign, fresh)).toBe('passed');
    expect(runWith(fresh, revoking)).toBe('failed collateral/intermediate-revoked');
    expect(runWith(revoking, fresh)).toBe('failed collateral/intermediate-revoked');
    // the reason that says more
    expect(runWith(foreign, stale)).toBe('undetermined freshness/crl-stale');
    expect(runWith(stale, foreign)).toBe('undetermined freshness/crl-stale');
    expect(runWith(foreign)).toBe('failed collateral/crl-signature');
    expect(runWith()).toBe('passed');
    const pem = Buffer.from(toPem(revoking, 'X509 CRL'));
    expect(runWith(pem)).toBe('failed collateral/intermediate-revoked');
  });
});

describe('roles', () => {
  test('are four, told from the content', () => {
    expect([...sevSnpScheme.roles].toSorted()).toEqual(['ark', 'ask', 'crl', 'ek']);
    const [named] = makeSnpInput({ keys }).endorsements.get('ark') ?? [];
    expect(sevSnpScheme.findRole('ek.pem', named ?? new Uint8Array())).toBe('ark');
  });

  test('told from the content', () => {
    const files = makeSnpInput({ keys, crl: {} }).endorsements;
    for (const role of ['ek', 'ask', 'ark', 'crl']) {
      const [bytes] = files.get(role) ?? [];
      expect(findSnpRole(bytes ?? new Uint8Array())).toBe(role);
    }
    const vlek = makeSnpInput({ keys, signer: 'VLEK' }).endorsements;
    expect(findSnpRole(vlek.get('ek')?.[0] ?? new Uint8Array())).toBe('ek');
    expect(findSnpRole(vlek.get('ask')?.[0] ?? new Uint8Array())).toBe('ask');
    const named = makeSnpInput({ keys, ark: { subject: 'SOMEBODY', issuer: 'SOMEBODY' } });
    expect(findSnpRole(named.endorsements.get('ark')?.[0] ?? new Uint8Array())).toBeUndefined();
    for (const text of ['', 'text', '-----BEGIN X-----']) {
      expect(findSnpRole(Buffer.from(text))).toBeUndefined();
    }
  });
});

describe('several endorsement keys and intermediates', () => {
  test('32 of a role are read, 33 are too many', () => {
    const input = makeSnpInput({ keys });
    const [ek] = input.endorsements.get('ek') ?? [];
    const many = Array<Uint8Array>(32).fill(ek ?? new Uint8Array());
    expect(described(run(withFiles(input, 'ek', ...many)))).toBe('passed');
    expect(described(run(withFiles(input, 'ek', ...many, ...many)))).toBe(
      'failed chain/endorsement-malformed',
    );
  });

  test('an intermediate of the same name that did not sign is passed over', () => {
    const input = makeSnpInput({ keys });
    const other = makeSnpInput({ keys: { ...keys, ask: stranger.ask } });
    const genoa = makeSnpInput({ keys, product: 'Genoa' });
    const ask = (one: VerifyInput): Uint8Array =>
      one.endorsements.get('ask')?.[0] ?? new Uint8Array();
    const mixed = withFiles(input, 'ask', ask(other), ask(genoa), ask(input));
    expect(described(run(mixed))).toBe('passed');
    const wrong = withFiles(input, 'ask', ask(other), ask(genoa));
    expect(described(run(wrong))).toBe('failed chain/certificate-signature');
  });

  test('the key that signed is found; where none did, the first one is judged', () => {
    const input = makeSnpInput({ keys });
    const renewed = makeSnpInput({ keys: { ...keys, ek: stranger.ek } });
    const ek = (one: VerifyInput): Uint8Array =>
      one.endorsements.get('ek')?.[0] ?? new Uint8Array();
    const both = withFiles(input, 'ek', ek(renewed), ek(input));
    expect(described(run(both))).toBe('passed');
    const evidence = Buffer.from(input.evidence);
    signReport(evidence, makeAmdKeys().ek);
    expect(described(run({ ...both, evidence }))).toBe('failed signature/report-signature');
  });
});
