// SPDX-License-Identifier: Apache-2.0
import { createHash, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { verifyEvidenceCases } from '../../../../../cli/commands/evidence-verify.ts';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import { anchorCertificates } from '../../../../../attest/tee/endorsements.ts';
import { nvidiaGpuScheme as scheme } from '../../../../../attest/tee/nvidia-gpu/scheme.ts';
import type { TeeOutcome, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { describeShared, readShared, sharedPath } from '../../../../support/shared.ts';
import {
  DIGITAL_SIGNATURE,
  ecKey,
  integer,
  KEY_CERT_SIGN,
  makeCertificate,
  oid,
  sequence,
  tlv,
  toPem,
} from '../support/fake-pki.ts';
import type { FakeCertificate } from '../support/fake-pki.ts';

const keys = {
  root: ecKey(),
  identity: ecKey(),
  provisioner: ecKey(),
  device: ecKey(),
  stranger: ecKey(),
};
const FWID = Buffer.alloc(48, 0xf1);
const NONCE = Buffer.alloc(32, 0x0e);
const DICE = '2.23.133.5.4.1';

interface Fake {
  readonly root?: Partial<FakeCertificate>;
  readonly identity?: Partial<FakeCertificate>;
  /** Name of an authority between identity and device; none is there where it is left out. */
  readonly provisioner?: string;
  readonly device?: Partial<FakeCertificate>;
  /** Content of the DICE extension; null leaves it out. */
  readonly dice?: Uint8Array | null;
  readonly nonce?: Buffer;
  readonly blocks?: readonly Buffer[];
  readonly count?: number;
  readonly opaque?: readonly Buffer[];
  /** Changes the report before it is signed. */
  readonly edit?: (report: Buffer) => Buffer;
  /** Changes it afterwards. */
  readonly editSigned?: (report: Buffer) => Buffer;
  readonly signer?: typeof keys.device;
  readonly at?: string;
  readonly withRoot?: boolean;
}

const SHA384 = oid('2.16.840.1.101.3.4.2.2');

function composite(digest: Uint8Array, hash = SHA384): Uint8Array {
  return sequence(integer(1), sequence(), sequence(hash, tlv(0x04, digest)));
}

function tcbInfo(digest: Uint8Array): Uint8Array {
  return sequence(tlv(0x80, Buffer.from('v')), tlv(0xa6, sequence(SHA384, tlv(0x04, digest))));
}

function uint(value: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntLE(value, 0, size);
  return bytes;
}

function block(index: number, value: Buffer, size = value.length): Buffer {
  const content = Buffer.concat([Buffer.from([1]), uint(size, 2), value]);
  return Buffer.concat([Buffer.from([index, 1]), uint(content.length, 2), content]);
}

/** With a byte behind its value, which its size does not count. */
function longBlock(index: number): Buffer {
  const content = Buffer.concat([Buffer.from([1]), uint(48, 2), Buffer.alloc(49)]);
  return Buffer.concat([Buffer.from([index, 1]), uint(content.length, 2), content]);
}

function field(type: number, value: Buffer): Buffer {
  return Buffer.concat([uint(type, 2), uint(value.length, 2), value]);
}

function makeReport(fake: Fake): Buffer {
  const blocks = fake.blocks ?? [block(1, Buffer.alloc(48, 1)), block(2, Buffer.alloc(48, 2))];
  const record = Buffer.concat(blocks);
  const driver = field(3, Buffer.from('550.90.07\0'));
  const opaque = Buffer.concat(fake.opaque ?? [driver, field(20, FWID)]);
  const unsigned = Buffer.concat([
    Buffer.from([0x11, 0xe0, 0x01, 0xff]),
    fake.nonce ?? NONCE,
    Buffer.from([0]),
    Buffer.from([0x11, 0x60, 0, 0, fake.count ?? blocks.length]),
    uint(record.length, 3),
    record,
    Buffer.alloc(32, 0x77),
    uint(opaque.length, 2),
    opaque,
  ]);
  return fake.edit?.(unsigned) ?? unsigned;
}

function makeInput(fake: Fake): VerifyInput {
  const authority = { isCa: true, keyUsage: KEY_CERT_SIGN } as const;
  const root = makeCertificate({
    subject: 'device root',
    issuer: 'device root',
    key: keys.root,
    issuerKey: keys.root,
    ...authority,
    ...fake.root,
  });
  const identity = makeCertificate({
    subject: 'NVIDIA GH100 Identity',
    issuer: 'device root',
    key: keys.identity,
    issuerKey: keys.root,
    ...authority,
    ...fake.identity,
  });
  const dice = fake.dice === undefined ? composite(FWID) : fake.dice;
  const provisioner = {
    subject: fake.provisioner ?? '',
    issuer: 'NVIDIA GH100 Identity',
    key: keys.provisioner,
    issuerKey: keys.identity,
    ...authority,
  };
  const isProvisioned = fake.provisioner !== undefined;
  const device = makeCertificate({
    subject: 'GH100 A01 GSP FMC LF',
    issuer: fake.provisioner ?? 'NVIDIA GH100 Identity',
    key: keys.device,
    issuerKey: isProvisioned ? keys.provisioner : keys.identity,
    keyUsage: DIGITAL_SIGNATURE,
    extensions: dice === null ? [] : [{ oid: DICE, value: dice }],
    ...fake.device,
  });
  const unsigned = makeReport(fake);
  const signer = {
    key: (fake.signer ?? keys.device).privateKey,
    dsaEncoding: 'ieee-p1363',
  } as const;
  const report = Buffer.concat([unsigned, sign('sha384', unsigned, signer)]);
  const authorities = isProvisioned ? [makeCertificate(provisioner), identity] : [identity];
  const chain = [device, ...authorities, ...(fake.withRoot === false ? [] : [root])];
  const pem = Buffer.from(chain.map((der) => toPem(der)).join(''));
  return {
    evidence: Uint8Array.from(fake.editSigned?.(report) ?? report),
    endorsements: new Map([['chain', [pem]]]),
    anchors: [{ name: 'fake root', bytes: root }],
    at: parseInstant(fake.at ?? '2025-01-01T00:00:00Z'),
  };
}

/** The nonce that fake requests have where a test names no other. */
const EXPECTED: JsonObject = { nonce: '0e'.repeat(32) };

function run(
  input: VerifyInput,
  policy: JsonObject = EXPECTED,
  binding: Uint8Array | 'ignore' = 'ignore',
): TeeOutcome {
  return scheme.run({ ...input, policy, binding });
}

function described(result: TeeOutcome): string {
  const [first] = result.verdict === 'passed' ? [] : result.findings;
  return first === undefined ? 'passed' : `${result.verdict} ${first.stage}/${first.code}`;
}

function outcome(fake: Fake): string {
  return described(run(makeInput(fake)));
}

describeShared('genuine and altered GPU reports', () => {
  test('all 7 verdicts are the expected ones', async () => {
    const lines: string[] = [];
    const manifest = sharedPath('vectors', 'tee', 'manifest.json');
    const counts = await verifyEvidenceCases(manifest, (line) => lines.push(line), {
      kind: 'nvidia-gpu',
    });
    expect(lines.filter((line) => !line.startsWith('agrees'))).toEqual([]);
    expect(counts).toEqual({ agreed: 7, disagreed: 0 });
  });

  test('no sampled bit of a genuine report can be changed, and no truncation passes', () => {
    const bytes = readShared('vectors', 'tee', 'nvidia-gpu', 'evidence', 'hopper-ok.bin');
    const chain = readShared('vectors', 'tee', 'nvidia-gpu', 'certs', 'hopper-ok.chain.pem');
    const input = {
      endorsements: new Map([['chain', [chain]]]),
      anchors: scheme.pinnedAnchors(),
      at: parseInstant('2026-01-01T00:00:00Z'),
    };
    const genuine = run({ ...input, evidence: bytes }, { arch: 'HOPPER' });
    expect(genuine.verdict).toBe('passed');
    expect(genuine.claims).toMatchObject({ driverVersion: '550.90.07', architecture: 'HOPPER' });
    for (let at = 0; at < bytes.length; at += 89) {
      const evidence = Uint8Array.from(bytes);
      evidence[at] = (evidence[at] ?? 0) ^ (1 << (at % 8));
      const result = run({ ...input, evidence }, { arch: 'HOPPER' });
      expect(`${at} ${result.verdict} ${result.claims === null}`).toBe(`${at} failed true`);
      expect(run({ ...input, evidence: bytes.subarray(0, at) }, { arch: 'HOPPER' }).verdict).toBe(
        'failed',
      );
    }
  });
});

describe('the pinned root', () => {
  test('is the one that SOURCE.md records', () => {
    const [root] = anchorCertificates(scheme.pinnedAnchors());
    const fingerprint = createHash('sha256')
      .update(root?.der ?? '')
      .digest('hex');
    expect(fingerprint).toBe('102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48');
    const folder = join(import.meta.dirname, '../../../../../attest/tee/nvidia-gpu/roots');
    expect(readFileSync(join(folder, 'SOURCE.md'), 'utf8')).toContain(fingerprint);
  });

  test('does not accept a device whose names are all copied', () => {
    const [root] = anchorCertificates(scheme.pinnedAnchors());
    const subject = root?.subject ?? 'none';
    const input = makeInput({ root: { subject, issuer: subject }, identity: { issuer: subject } });
    expect(described(run(input))).toBe('passed');
    const pinned = { ...input, anchors: scheme.pinnedAnchors() };
    expect(run(pinned)).toMatchObject({ verdict: 'failed', stage: 'chain' });
    expect(described(run({ ...input, anchors: [] }))).toBe('undetermined chain/no-trust-anchor');
  });
});

describe('a report of our own', () => {
  test('passes, says what it is, and what was not looked at', () => {
    const result = run(makeInput({}));
    expect(described(result)).toBe('passed');
    const { deviceSerial } = result.claims as unknown as { readonly deviceSerial: string };
    expect(deviceSerial).toMatch(/^[0-9a-f]+$/);
    expect(result.claims).toEqual({
      kind: 'nvidia-gpu',
      simulated: false,
      debug: false,
      deviceSerial,
      driverVersion: '550.90.07',
      vbiosVersion: null,
      measurement: 'f1'.repeat(48),
      binding: '0e'.repeat(32),
      architecture: 'HOPPER',
      measurements: { '1': '01'.repeat(48), '2': '02'.repeat(48) },
    });
    expect(result.findings.map((finding) => finding.code)).toEqual([
      'revocation-not-checked',
      'reference-values-not-checked',
    ]);
  });

  test.each<[string, Fake]>([
    ['a chain without its root', { withRoot: false }],
    ['a firmware identity in a DiceTcbInfo', { dice: tcbInfo(FWID) }],
    ['an authority of the same chip', { provisioner: 'NVIDIA GH100 Provisioner ICA 1' }],
    [
      'zeroes behind the signature, which drivers leave there',
      { editSigned: (report) => Buffer.concat([report, Buffer.alloc(2)]) },
    ],
    [
      'a critical DICE extension',
      { device: { extensions: [{ oid: DICE, critical: true, value: composite(FWID) }] } },
    ],
    ['no firmware identity in the report', { opaque: [] }],
    [
      'opaque fields of no known meaning, even twice',
      { opaque: [field(99, FWID), field(99, FWID), field(20, FWID)] },
    ],
  ])('%s passes', (_what, fake) => {
    expect(outcome(fake)).toBe('passed');
  });

  test.each<[string, Fake, string]>([
    ['signed by a stranger', { signer: keys.stranger }, 'failed signature/report-signature'],
    [
      'a switch, which has the identity authority of a GPU',
      { device: { subject: 'LS_10 A01 FSP FMC LF' } },
      'failed chain/not-a-gpu',
    ],
    ['a device without a chip', { device: { subject: 'A device' } }, 'failed chain/not-a-gpu'],
    [
      'a GPU below the authority of switches',
      { provisioner: 'NVIDIA LS_10 Provisioner ICA 1' },
      'failed chain/not-a-gpu',
    ],
    [
      'a GPU below the authority of another one',
      { provisioner: 'NVIDIA GB100 Provisioner ICA 1' },
      'failed chain/not-a-gpu',
    ],
    [
      'device of a stranger',
      { device: { issuerKey: keys.stranger } },
      'failed chain/certificate-signature',
    ],
    [
      'identity of a stranger',
      { identity: { issuerKey: keys.stranger } },
      'failed chain/certificate-signature',
    ],
    [
      'identity of another root',
      { identity: { issuer: 'other' }, withRoot: false },
      'failed chain/root-not-trusted',
    ],
    [
      'device expired',
      { device: { notAfter: '2024-01-01T00:00:00Z' } },
      'failed freshness/certificate-expired',
    ],
    [
      'root not yet valid',
      { root: { notBefore: '2026-01-01T00:00:00Z' } },
      'failed freshness/certificate-not-yet-valid',
    ],
    ['identity is no authority', { identity: { isCa: false } }, 'failed chain/not-a-ca'],
    ['device is an authority', { device: { isCa: true } }, 'failed chain/leaf-is-ca'],
    ['device on P-521', { device: { key: ecKey('P-521') } }, 'failed signature/report-signature'],
    ['device on P-256', { device: { key: ecKey('P-256') } }, 'failed signature/report-signature'],
    [
      'device signed with SHA-256',
      { device: { algorithm: 'ecdsa-sha256' } },
      'failed chain/algorithm',
    ],
    [
      'firmware of another device',
      { dice: composite(Buffer.alloc(48, 0xf2)) },
      'failed chain/firmware-identity',
    ],
    ['firmware that the certificate lacks', { dice: null }, 'failed chain/firmware-identity'],
    [
      'firmware under SHA-256',
      { dice: composite(FWID, oid('2.16.840.1.101.3.4.2.1')) },
      'failed chain/certificate-malformed',
    ],
    [
      'firmware of 47 bytes',
      { dice: composite(FWID.subarray(1)) },
      'failed chain/certificate-malformed',
    ],
    [
      'DICE extension without firmware',
      { dice: sequence(integer(1)) },
      'failed chain/certificate-malformed',
    ],
    ['DICE extension of junk', { dice: Buffer.from('junk') }, 'failed chain/certificate-malformed'],
    [
      'a zero signature',
      { editSigned: (report) => report.fill(0, report.length - 96) },
      'failed signature/report-signature',
    ],
  ])('%s', (_what, fake, expected) => {
    expect(outcome(fake)).toBe(expected);
  });

  test.each<[string, Fake]>([
    ['no measurement', { blocks: [] }],
    ['more announced than there are', { count: 3 }],
    ['fewer announced than there are', { count: 1 }],
    ['a measurement twice', { blocks: [block(1, FWID), block(1, FWID)] }],
    ['a measurement of 32 bytes', { blocks: [block(1, Buffer.alloc(32))] }],
    ['a byte behind the value of a block', { blocks: [longBlock(1)] }],
    ['a zero within the driver version', { opaque: [field(3, Buffer.from('a\0b'))] }],
    ['a block shorter than its content', { blocks: [block(1, FWID, 47)] }],
    ['a value longer than its block', { blocks: [block(1, FWID, 49)] }],
    ['a block of another specification', { edit: (report) => set(report, 46, 2) }],
    ['a block size beyond the record', { edit: (report) => set(report, 48, 0xff) }],
    ['a record beyond the report', { edit: (report) => set(report, 44, 0xff) }],
    ['another SPDM version asked', { edit: (report) => set(report, 0, 0x12) }],
    ['another question', { edit: (report) => set(report, 1, 0xe1) }],
    ['no signature asked for', { edit: (report) => set(report, 2, 0) }],
    ['one measurement asked for', { edit: (report) => set(report, 3, 1) }],
    ['another SPDM version answered', { edit: (report) => set(report, 37, 0x12) }],
    ['an error for an answer', { edit: (report) => set(report, 38, 0x7f) }],
    ['an opaque field twice', { opaque: [field(20, FWID), field(20, FWID)] }],
    ['an opaque field beyond its end', { opaque: [field(20, FWID).subarray(0, 20)] }],
    ['an opaque field without size', { opaque: [Buffer.from([20, 0, 1])] }],
    ['a firmware identity of 47 bytes', { opaque: [field(20, FWID.subarray(1))] }],
    ['a driver version that is no text', { opaque: [field(3, Buffer.from([1, 2]))] }],
    [
      'anything but zeroes behind the signature',
      { editSigned: (report) => Buffer.concat([report, Buffer.from([0, 1])]) },
    ],
    ['a signature cut short', { editSigned: (report) => report.subarray(0, -1) }],
    ['nothing', { editSigned: () => Buffer.alloc(0) }],
    ['more than anybody sends', { editSigned: () => Buffer.alloc(64 * 1024 + 1) }],
  ])('%s is malformed', (_what, fake) => {
    expect(outcome(fake)).toBe('failed parse/malformed');
  });

  test('chains that are missing, in another order, or junk', () => {
    const input = makeInput({});
    const none = { ...input, endorsements: new Map() };
    expect(described(run(none))).toBe('undetermined chain/endorsement-missing');
    const [pem] = input.endorsements.get('chain') ?? [];
    const blocks = Buffer.from(pem ?? '')
      .toString()
      .split(/(?<=END CERTIFICATE-----\n)/);
    const orders = [
      [1, 0, 2],
      [2, 1, 0],
      [0, 2],
      [0],
      [2],
      [0, 0, 1, 2],
      [0, 1, 1, 2],
      [0, 1, 2, 2],
    ];
    for (const order of orders) {
      const chain = Buffer.from(order.map((index) => blocks[index] ?? '').join(''));
      const result = run({ ...input, endorsements: new Map([['chain', [chain]]]) });
      expect(result.verdict).toBe('failed');
    }
    const junk = new Map([['chain', [Buffer.from('junk')]]]);
    expect(described(run({ ...input, endorsements: junk }))).toBe(
      'failed chain/certificate-malformed',
    );
    const stranger = makeInput({ root: { key: keys.stranger, issuerKey: keys.stranger } });
    const other = [stranger.anchors[0]?.bytes ?? new Uint8Array()];
    const supplied = new Map([...input.endorsements, ['root', other]]);
    expect(described(run({ ...input, endorsements: supplied }))).toBe(
      'failed chain/root-not-trusted',
    );
  });

  test('any change of any bytes is refused', () => {
    const input = makeInput({});
    const last = input.evidence.length - 1;
    const edits = fc.array(fc.tuple(fc.nat(last), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(edits, (list) => {
        const evidence = Uint8Array.from(input.evidence);
        for (const [at, xor] of new Map(list)) evidence[at] = (evidence[at] ?? 0) ^ xor;
        expect(run({ ...input, evidence }).verdict).toBe('failed');
      }),
      { numRuns: 60 },
    );
  });

  function set(report: Buffer, at: number, value: number): Buffer {
    report.writeUInt8(value, at);
    return report;
  }
});

describe('appraisal', () => {
  const input = makeInput({});

  test('each condition that is met passes', () => {
    const policy = {
      nonce: '0E'.repeat(32),
      arch: 'HOPPER',
      measurement: 'f1'.repeat(48),
      measurements: { '1': '01'.repeat(48), '2': '02'.repeat(48) },
    };
    expect(described(run(input, policy))).toBe('passed');
  });

  test.each<[JsonObject, string]>([
    [{ nonce: '00'.repeat(32) }, 'nonce'],
    [{ arch: 'BLACKWELL' }, 'architecture'],
    [{ measurement: 'f2'.repeat(48) }, 'measurement'],
    [{ measurements: { '1': '02'.repeat(48) } }, 'measurements'],
    [{ measurements: { '3': '00'.repeat(48) } }, 'measurements'],
  ])('%j is not met', (policy, code) => {
    expect(described(run(input, policy))).toBe(`failed policy/${code}`);
  });

  test('a device of no known architecture meets no expectation of one', () => {
    const unknown = makeInput({ device: { subject: 'GR100 A01 GSP FMC LF' } });
    expect(described(run(unknown))).toBe('passed');
    expect(described(run(unknown, { arch: 'HOPPER' }))).toBe('failed policy/architecture');
  });

  test('genuine, and nobody said what to compare it with: no answer', () => {
    const result = run(input, {});
    expect(described(result)).toBe('undetermined policy/reference-measurements-missing');
    expect(result.claims).toMatchObject({ architecture: 'HOPPER' });
  });

  test('what is not genuine fails, whatever is expected', () => {
    const altered = makeInput({ editSigned: (report) => Buffer.from(report).fill(0, 60, 61) });
    expect(described(run(altered, {}))).toBe('failed signature/report-signature');
  });

  test('the nonce carries the binding', () => {
    const bind = bindStatement('nvidia-gpu', Buffer.from('pae'));
    const bound = makeInput({ nonce: Buffer.from(bind) });
    expect(described(run(bound, {}, bind))).toBe('passed');
    expect(described(run(input, {}, bind))).toBe('failed policy/binding');
    const other = bindStatement('tpm', Buffer.from('pae'));
    expect(described(run(bound, {}, other))).toBe('failed policy/binding');
  });

  test.each<[string, JsonValue]>([
    ['nonce', '00'.repeat(31)],
    ['nonce', 5],
    ['arch', 'hopper'],
    ['arch', 'AMPERE'],
    ['measurement', 'f1'],
    ['measurements', {}],
    ['measurements', { '0': '00'.repeat(48) }],
    ['measurements', { '256': '00'.repeat(48) }],
    ['measurements', { '01': '00'.repeat(48) }],
    ['measurements', { '1.5': '00'.repeat(48) }],
    ['measurements', { '1e1': '00'.repeat(48) }],
    ['measurements', { ' 1': '00'.repeat(48) }],
    ['measurements', { '1': '00'.repeat(47) }],
    ['allowDebug', true],
  ])('the policy {%s: %j} is refused', (key, value) => {
    expect(() => run(input, { [key]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });
});

// Found by mutation testing.
describe('at the edges', () => {
  test('a report has at most 64 KiB', () => {
    const sized = (size: number): Fake => {
      const rest = 37 + 8 + 2 * 55 + 32 + 2 + 96;
      return { opaque: [field(20, FWID), field(99, Buffer.alloc(size - rest - 52 - 4))] };
    };
    const input = makeInput(sized(64 * 1024));
    expect(input.evidence).toHaveLength(64 * 1024);
    expect(described(run(input))).toBe('passed');
    expect(outcome(sized(64 * 1024 + 1))).toBe('failed parse/malformed');
  });

  test('versions of driver and VBIOS, as the device writes them', () => {
    const said = (...opaque: Buffer[]): unknown => {
      const { driverVersion, vbiosVersion } = run(makeInput({ opaque })).claims as unknown as {
        readonly driverVersion: unknown;
        readonly vbiosVersion: unknown;
      };
      return [driverVersion, vbiosVersion];
    };
    expect(said()).toEqual([null, null]);
    expect(said(field(3, Buffer.from('1.2\0\0\0')))).toEqual(['1.2', null]);
    expect(said(field(3, Buffer.from('')))).toEqual(['', null]);
    expect(said(field(3, Buffer.alloc(64, 'x')), field(6, Buffer.from([0x5e, 0])))).toEqual([
      'x'.repeat(64),
      '5e00',
    ]);
    expect(outcome({ opaque: [field(3, Buffer.alloc(65, 'x'))] })).toBe('failed parse/malformed');
  });

  test.each([
    ['GH100 A01 GSP FMC LF', 'HOPPER'],
    ['GB202 A01 GSP FMC LF', 'BLACKWELL'],
    ['NVIDIA GB100 A01', 'BLACKWELL'],
    ['GB2000 A01', 'BLACKWELL'],
    ['GR100 A01 GSP FMC LF', null],
    ['GA102 A01 GSP FMC LF', null],
  ])('"%s" is a GPU of architecture %s', (subject, architecture) => {
    const result = run(makeInput({ device: { subject } }));
    expect(result).toMatchObject({ verdict: 'passed', claims: { architecture } });
  });

  test.each([
    'LS_10 A01',
    'AGH10 A01',
    'G100 A01',
    'CX700 A01',
    'GH100',
    'a GH100 A01',
    'GHxyz A01',
    'GH1000000 A01',
  ])('"%s" is no GPU', (subject) => {
    expect(outcome({ device: { subject } })).toBe('failed chain/not-a-gpu');
  });

  test('a device without a firmware identity has no measurement', () => {
    const result = run(makeInput({ dice: null, opaque: [] }));
    expect(result).toMatchObject({ verdict: 'passed', claims: { measurement: null } });
  });

  test('the firmware identity may stand in the extension of DiceTcbInfo', () => {
    const extensions = [{ oid: `${DICE}.1`, value: tcbInfo(FWID) }];
    const result = run(makeInput({ device: { extensions } }));
    expect(result).toMatchObject({ verdict: 'passed', claims: { measurement: 'f1'.repeat(48) } });
    const other = [{ oid: `${DICE}.1`, value: tcbInfo(Buffer.alloc(48, 0xf2)) }];
    expect(outcome({ device: { extensions: other } })).toBe('failed chain/firmware-identity');
  });

  test('one root of several is enough', () => {
    const input = makeInput({});
    const other = makeInput({ root: { subject: 'other', issuer: 'other' } }).anchors;
    for (const anchors of [
      [...input.anchors, ...other],
      [...other, ...input.anchors],
    ]) {
      expect(described(run({ ...input, anchors }))).toBe('passed');
    }
    expect(described(run({ ...input, anchors: other }))).toBe('failed chain/root-not-trusted');
    const roots = input.anchors.map(({ bytes }) => bytes);
    const endorsements = new Map([...input.endorsements, ['root', roots]]);
    expect(described(run({ ...input, endorsements }))).toBe('passed');
  });

  test('measurements of one to three digits', () => {
    const blocks = [1, 10, 255].map((index) => block(index, Buffer.alloc(48, index)));
    const wanted = { '1': '01'.repeat(48), '10': '0a'.repeat(48), '255': 'ff'.repeat(48) };
    expect(described(run(makeInput({ blocks }), { measurements: wanted }))).toBe('passed');
    const other = { ...wanted, '255': 'fe'.repeat(48) };
    expect(described(run(makeInput({ blocks }), { measurements: other }))).toBe(
      'failed policy/measurements',
    );
  });

  test('a chain is told from its content; the roles and the chosen field', () => {
    const { endorsements, anchors } = makeInput({});
    const [chain = new Uint8Array()] = endorsements.get('chain') ?? [];
    const [root] = anchors;
    expect(scheme.findRole('any', chain)).toBe('chain');
    expect(scheme.findRole('chain.pem', root?.bytes ?? chain)).toBeUndefined();
    for (const junk of [
      '',
      'junk',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    ]) {
      expect(scheme.findRole('chain.pem', Buffer.from(junk))).toBeUndefined();
    }
    expect([...scheme.roles]).toEqual(['chain', 'root']);
    expect(scheme.chosen).toEqual({ policyKey: 'nonce', form: 'hex', binding: 'sha256' });
  });
});
