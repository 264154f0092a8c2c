// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sevSnpScheme } from '../../../../../attest/tee/sev-snp/scheme.ts';
import { anchorCertificates } from '../../../../../attest/tee/endorsements.ts';
import { publishedIntermediate } from '../../../../../attest/tee/sev-snp/collateral.ts';
import type { TeeOutcome, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { makeAmdKeys, makeSnpInput, signReport, chipId } from '../support/fake-amd.ts';
import type { FakeSnp } from '../support/fake-amd.ts';
import { ecKey, integer, rsaKey, sequence, tlv } from '../support/fake-pki.ts';

const keys = makeAmdKeys();
const stranger = makeAmdKeys();

type Change = Omit<FakeSnp, 'keys'>;

function run(input: VerifyInput): TeeOutcome {
  return sevSnpScheme.run({ ...input, policy: {}, binding: 'ignore' });
}

function outcome(change: Change): string {
  return described(run(makeSnpInput({ keys, ...change })));
}

function described(result: TeeOutcome): string {
  const [first] = result.verdict === 'passed' ? [] : result.findings;
  return first === undefined ? 'passed' : `${result.verdict} ${first.stage}/${first.code}`;
}

function replace(input: VerifyInput, role: string, files: readonly Uint8Array[]): VerifyInput {
  return { ...input, endorsements: new Map([...input.endorsements, [role, files]]) };
}

function file(input: VerifyInput, role: string): Uint8Array {
  const found = input.endorsements.get(role)?.[0];
  if (found === undefined) throw new Error(role);
  return found;
}

describe('a whole chain of our own, anchored in its own root', () => {
  for (const product of ['Milan', 'Genoa', 'Turin'] as const) {
    for (const signer of ['VCEK', 'VLEK'] as const) {
      test(`${product} ${signer} passes and says what it is`, () => {
        const result = run(makeSnpInput({ keys, product, signer }));
        expect(described(result)).toBe('passed');
        expect(result.claims).toMatchObject({ product, signer, guestSvn: 7, debug: false });
        expect(result.claims?.measurement).toBe('ee'.repeat(48));
        expect(result.claims?.binding).toBe('dd'.repeat(64));
      });
    }
  }

  test('Turin reads its own TCB layout', () => {
    const result = run(makeSnpInput({ keys, product: 'Turin' }));
    const reported = { fmc: 1, bootloader: 2, tee: 3, snp: 4, microcode: 70 };
    expect(result.claims).toMatchObject({ tcb: { reported } });
  });

  test.each(['Milan', 'Genoa', 'Turin'] as const)(
    'copying every AMD name of %s does not help',
    (product) => {
      const anchors = sevSnpScheme.pinnedAnchors();
      const genuine = anchorCertificates(anchors).find(
        (one) => one.commonName === `ARK-${product}`,
      );
      const ask = publishedIntermediate(product, 'VCEK').subject;
      if (genuine === undefined) throw new Error(product);
      const arkNames = { subject: genuine.subject, issuer: genuine.subject };
      const fake = {
        ark: arkNames,
        ask: { subject: ask, issuer: genuine.subject },
        ek: { issuer: ask },
      };
      const input = makeSnpInput({ keys, product, ...fake });
      expect(described(run(input))).toBe('passed');
      const pinned = { ...input, anchors };
      expect(described(run(pinned))).toBe('failed chain/root-not-trusted');
      const silent = replace(pinned, 'ark', []);
      expect(described(run(silent))).toBe('failed chain/certificate-signature');
      expect(described(run(replace(silent, 'ask', [])))).toBe('failed chain/certificate-signature');
    },
  );

  test('report versions 2 to 5 pass, every other one is refused', () => {
    const versions = [...Array(8).keys(), 255, 65538, 0xffffffff];
    const passing = versions.filter((version) => {
      const edit = (report: Buffer): void => {
        report.writeUInt32LE(version, 0);
        if (version < 3) report.fill(0, 0x188, 0x18b);
      };
      return outcome({ edit }) === 'passed';
    });
    expect(passing).toEqual([2, 3, 4, 5]);
  });
});

describe('malformed reports, signed by the right key all the same', () => {
  test.each<[string, (report: Buffer) => void]>([
    ['signature algorithm 2', (report) => report.writeUInt32LE(2, 0x34)],
    ['signature algorithm 0', (report) => report.writeUInt32LE(0, 0x34)],
    ['guest policy bit 17 clear', (report) => report.writeBigUInt64LE(0x10000n, 0x08)],
    ['guest policy bit 26 set', (report) => report.writeBigUInt64LE(0x4030000n, 0x08)],
    ['guest policy bit 63 set', (report) => report.writeBigUInt64LE((1n << 63n) | 0x30000n, 0x08)],
    ['key information bit 5 set', (report) => report.writeUInt32LE(0x20, 0x48)],
    ['key information bit 31 set', (report) => report.writeUInt32LE(0x80000000, 0x48)],
    ['signing key 2', (report) => report.writeUInt32LE(0b01000, 0x48)],
    ['signing key none', (report) => report.writeUInt32LE(0b11100, 0x48)],
    ['reserved 0x4c', (report) => report.fill(1, 0x4f, 0x50)],
    ['reserved 0x18b', (report) => report.fill(1, 0x18b, 0x18c)],
    ['reserved 0x19f', (report) => report.fill(1, 0x19f, 0x1a0)],
    ['reserved 0x1eb', (report) => report.fill(1, 0x1eb, 0x1ec)],
    ['reserved 0x1ef', (report) => report.fill(1, 0x1ef, 0x1f0)],
    ['reserved 0x208', (report) => report.fill(1, 0x208, 0x209)],
    ['reserved 0x29f', (report) => report.fill(1, 0x29f, 0x2a0)],
  ])('%s', (_what, edit) => {
    expect(outcome({ edit })).toBe('failed parse/malformed');
  });

  test('a version 2 report says nothing about its processor', () => {
    const edit = (report: Buffer): void => {
      report.writeUInt32LE(2, 0);
    };
    expect(outcome({ edit })).toBe('failed parse/malformed');
  });

  test('any byte behind the signature, and the top bytes of R and S', () => {
    const places = [0x330, 0x331, 0x400, 0x49f, 0x2a0 + 48, 0x2e7, 0x2e8 + 48, 0x32f];
    for (const at of places) {
      const editSigned = (report: Buffer): void => {
        report.fill(1, at, at + 1);
      };
      expect(outcome({ editSigned })).toBe('failed parse/malformed');
    }
  });

  test('every other length', () => {
    const input = makeSnpInput({ keys });
    for (let size = 0; size < input.evidence.length; size += 13) {
      const evidence = input.evidence.subarray(0, size);
      expect(described(run({ ...input, evidence }))).toBe('failed parse/malformed');
    }
    const longer = new Uint8Array(input.evidence.length + 1);
    longer.set(input.evidence);
    expect(described(run({ ...input, evidence: longer }))).toBe('failed parse/malformed');
  });
});

describe('signature', () => {
  test('each signed byte is signed', () => {
    const input = makeSnpInput({ keys });
    for (let at = 0; at < 0x330; at += 3) {
      const evidence = Uint8Array.from(input.evidence);
      evidence[at] = (evidence[at] ?? 0) ^ (1 << (at % 8));
      const result = run({ ...input, evidence });
      expect(`${at} ${result.verdict} ${result.claims === null}`).toBe(`${at} failed true`);
    }
  });

  test('any change of any bytes is refused', () => {
    const input = makeSnpInput({ keys });
    const edits = fc.array(fc.tuple(fc.nat(0x49f), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(edits, (list) => {
        const evidence = Uint8Array.from(input.evidence);
        for (const [at, xor] of new Map(list)) evidence[at] = (evidence[at] ?? 0) ^ xor;
        expect(run({ ...input, evidence }).verdict).toBe('failed');
      }),
    );
  });

  test.each<[string, (report: Buffer) => void]>([
    ['zero', (report) => report.fill(0, 0x2a0, 0x330)],
    ['R zero', (report) => report.fill(0, 0x2a0, 0x2e8)],
    ['S zero', (report) => report.fill(0, 0x2e8, 0x330)],
    ['all ones', (report) => report.fill(0xff, 0x2a0, 0x2d0).fill(0xff, 0x2e8, 0x318)],
    ['of a stranger', (report) => signReport(report, stranger.ek)],
  ])('%s', (_what, editSigned) => {
    expect(outcome({ editSigned })).toBe('failed signature/report-signature');
  });

  test('big-endian numbers are not read', () => {
    const editSigned = (report: Buffer): void => {
      report.subarray(0x2a0, 0x2d0).reverse();
      report.subarray(0x2e8, 0x318).reverse();
    };
    expect(outcome({ editSigned })).toBe('failed signature/report-signature');
  });
});

describe('chain', () => {
  test.each<[string, Change, string]>([
    [
      'VCEK of a stranger',
      { ek: { issuerKey: stranger.ask } },
      'failed chain/certificate-signature',
    ],
    [
      'ASK of a stranger',
      { ask: { issuerKey: stranger.ark } },
      'failed chain/certificate-signature',
    ],
    ['ASK issued by another name', { ask: { issuer: 'ARK-Genoa' } }, 'failed chain/issuer-name'],
    ['VCEK issued by another name', { ek: { issuer: 'SEV-Genoa' } }, 'failed chain/issuer-name'],
    [
      'VCEK expired',
      { ek: { notAfter: '2024-01-01T00:00:00Z' } },
      'failed freshness/certificate-expired',
    ],
    [
      'VCEK of the future',
      { ek: { notBefore: '2026-01-01T00:00:00Z' } },
      'failed freshness/certificate-not-yet-valid',
    ],
    [
      'ASK expired',
      { ask: { notAfter: '2024-01-01T00:00:00Z' } },
      'failed freshness/certificate-expired',
    ],
    [
      'ARK expired',
      { ark: { notAfter: '2024-01-01T00:00:00Z' } },
      'failed freshness/certificate-expired',
    ],
    ['ASK is no authority', { ask: { isCa: false } }, 'failed chain/not-a-ca'],
    ['VCEK is an authority', { ek: { isCa: true } }, 'failed chain/leaf-is-ca'],
    ['VCEK called VLEK', { ek: { subject: 'SEV-VLEK' } }, 'failed chain/endorsement-key-kind'],
    ['VCEK of another name', { ek: { subject: 'SEV-VCEK2' } }, 'failed chain/endorsement-key-kind'],
    [
      'VCEK under the intermediate for VLEK',
      { ask: { subject: 'SEV-VLEK-Milan' }, ek: { issuer: 'SEV-VLEK-Milan' } },
      'failed chain/intermediate-kind',
    ],
    [
      'VCEK under an intermediate of another product',
      { ask: { subject: 'SEV-Genoa' }, ek: { issuer: 'SEV-Genoa' } },
      'failed chain/intermediate-kind',
    ],
    [
      'no anchor of the product',
      { ark: { subject: 'ARK-Genoa' } },
      'undetermined chain/no-trust-anchor',
    ],
    ['VCEK key on P-256', { ek: { key: ecKey('P-256') } }, 'failed signature/report-signature'],
    ['VCEK key RSA', { ek: { key: rsaKey() } }, 'failed signature/report-signature'],
    ['VCEK signed with PKCS #1', { ek: { algorithm: 'rsa-sha256' } }, 'failed chain/algorithm'],
    [
      'report says it was signed with a VLEK',
      { edit: (report: Buffer) => void report.writeUInt32LE(0b100, 0x48) },
      'failed chain/endorsement-key-kind',
    ],
    [
      'report of a Genoa processor, certificate of Milan',
      { edit: (report: Buffer) => void report.writeUInt8(0x11, 0x189) },
      'failed chain/product-mismatch',
    ],
    [
      'report of a processor without SEV-SNP roots',
      { edit: (report: Buffer) => void report.writeUInt8(0x17, 0x188) },
      'failed chain/product-mismatch',
    ],
  ])('%s', (_what, change, expected) => {
    expect(outcome(change)).toBe(expected);
  });

  test('without a VCEK nobody can say; the hint names where it is published', () => {
    const result = run(replace(makeSnpInput({ keys }), 'ek', []));
    expect(described(result)).toBe('undetermined chain/endorsement-missing');
    expect(result.findings[0]?.hint).toContain('/vcek/v1/Milan/c1c1c1');
    expect(result.findings[0]?.hint).toContain('blSPL=02&teeSPL=03&snpSPL=04&ucodeSPL=219');
  });

  test('a file that is no certificate, a truncated one, PEM text with junk', () => {
    const input = makeSnpInput({ keys });
    for (const bad of [Buffer.from('junk'), new Uint8Array(), file(input, 'ek').subarray(0, 300)]) {
      for (const role of ['ek', 'ask', 'ark']) {
        const result = run(replace(input, role, [bad]));
        expect(described(result)).toBe('failed chain/endorsement-malformed');
      }
      const result = run(replace(input, 'crl', [bad]));
      expect(described(result)).toBe('failed collateral/endorsement-malformed');
    }
  });

  test('certificates in each other’s place', () => {
    const input = makeSnpInput({ keys });
    const roles = ['ek', 'ask', 'ark'];
    for (const from of roles) {
      for (const to of roles) {
        if (from === to) continue;
        expect(run(replace(input, to, [file(input, from)])).verdict).toBe('failed');
      }
    }
  });

  test('a supplied root that is not the anchor, though its name is', () => {
    const other = makeSnpInput({ keys: stranger });
    const input = replace(makeSnpInput({ keys }), 'ark', [file(other, 'ark')]);
    expect(described(run(input))).toBe('failed chain/root-not-trusted');
  });

  test('an anchor that is no certificate is the operator’s fault, not the evidence’s', () => {
    const anchors = [{ name: 'mine.pem', bytes: Buffer.from('nothing') }];
    const result = run({ ...makeSnpInput({ keys }), anchors });
    expect(described(result)).toBe('undetermined chain/trust-anchor-invalid');
  });

  test('among several candidates the ones that fit are used', () => {
    const input = makeSnpInput({ keys });
    const other = makeSnpInput({ keys: stranger });
    const both = (role: string): Uint8Array[] => [file(other, role), file(input, role)];
    let mixed = input;
    for (const role of ['ek', 'ask', 'ark']) mixed = replace(mixed, role, both(role));
    expect(described(run(mixed))).toBe('passed');
    const strangers = replace(mixed, 'ek', [file(other, 'ek'), file(other, 'ek')]);
    expect(run(strangers).verdict).toBe('failed');
  });

  test('more candidates than anybody needs', () => {
    const input = makeSnpInput({ keys });
    const many = Array<Uint8Array>(33).fill(file(input, 'ek'));
    expect(run(replace(input, 'ek', many)).verdict).toBe('failed');
  });
});

describe('chip, TCB and product of the certificate', () => {
  const octets = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

  test.each<[string, FakeSnp['ekExtensions'], string]>([
    ['another chip', { '4': new Uint8Array(64).fill(0xc2) }, 'failed chain/chip-id'],
    ['no chip', { '4': null }, 'failed chain/chip-id'],
    [
      'a chip id of 63 bytes',
      { '4': new Uint8Array(63).fill(0xc1) },
      'failed chain/endorsement-malformed',
    ],
    [
      'a chip id of 8 bytes',
      { '4': new Uint8Array(8).fill(0xc1) },
      'failed chain/endorsement-malformed',
    ],
    ['another boot loader level', { '3.1': integer(9) }, 'failed tcb/tcb-mismatch'],
    ['another TEE level', { '3.2': integer(9) }, 'failed tcb/tcb-mismatch'],
    ['another SNP level', { '3.3': integer(9) }, 'failed tcb/tcb-mismatch'],
    ['another microcode level', { '3.8': integer(9) }, 'failed tcb/tcb-mismatch'],
    ['no boot loader level', { '3.1': null }, 'failed chain/endorsement-malformed'],
    ['no microcode level', { '3.8': null }, 'failed chain/endorsement-malformed'],
    ['a level above 255', { '3.8': integer(256) }, 'failed chain/endorsement-malformed'],
    ['a negative level', { '3.8': tlv(0x02, octets(0x80)) }, 'failed chain/endorsement-malformed'],
    [
      'a level that is no number',
      { '3.8': tlv(0x04, octets(1)) },
      'failed chain/endorsement-malformed',
    ],
    [
      'a level with bytes behind it',
      { '3.8': octets(2, 1, 0xdb, 0) },
      'failed chain/endorsement-malformed',
    ],
    ['no product', { '2': null }, 'failed chain/endorsement-malformed'],
    [
      'a product of no line',
      { '2': tlv(0x16, Buffer.from('Rome-B0')) },
      'failed chain/endorsement-malformed',
    ],
    [
      'a product of another line',
      { '2': tlv(0x16, Buffer.from('Genoa-B0')) },
      'failed chain/product-mismatch',
    ],
    ['a product that is a sequence', { '2': sequence() }, 'failed chain/endorsement-malformed'],
  ])('%s', (_what, ekExtensions, expected) => {
    expect(outcome({ ekExtensions: ekExtensions ?? {} })).toBe(expected);
  });

  test('the chip id may be wrapped in an OCTET STRING', () => {
    expect(outcome({ ekExtensions: { '4': tlv(0x04, chipId('Milan')) } })).toBe('passed');
    const short = tlv(0x04, Buffer.alloc(63, 0xc1));
    expect(outcome({ ekExtensions: { '4': short } })).toBe('failed chain/endorsement-malformed');
    const other = tlv(0x04, Buffer.alloc(64, 0xc2));
    expect(outcome({ ekExtensions: { '4': other } })).toBe('failed chain/chip-id');
  });

  test('the name of a cloud provider is plain text', () => {
    const signer = 'VLEK';
    const bell = tlv(0x16, Buffer.from([7]));
    expect(outcome({ signer, ekExtensions: { '5': bell } })).toBe(
      'failed chain/endorsement-malformed',
    );
    const result = run(makeSnpInput({ keys, signer }));
    expect(result.claims).toMatchObject({ cspId: 'CN=cloud.example' });
  });

  test('Turin compares 8 bytes of the chip id and the FMC level', () => {
    const product = 'Turin';
    const hwid = new Uint8Array(8).fill(0xc2);
    expect(outcome({ product, ekExtensions: { '4': hwid } })).toBe('failed chain/chip-id');
    expect(outcome({ product, ekExtensions: { '3.9': integer(2) } })).toBe(
      'failed tcb/tcb-mismatch',
    );
    expect(outcome({ product, ekExtensions: { '3.9': null } })).toBe(
      'failed chain/endorsement-malformed',
    );
  });

  test('a masked chip id passes with a warning', () => {
    const edit = (report: Buffer): void => void report.fill(0, 0x1a0, 0x1e0);
    const result = run(makeSnpInput({ keys, edit }));
    expect(result.verdict).toBe('passed');
    expect(result.findings.map((finding) => finding.code)).toContain('chip-id-masked');
  });
});

describe('revocation', () => {
  test.each<[string, FakeSnp['crl'], string]>([
    ['a list without entries', {}, 'passed'],
    ['a list of other serials', { revoked: [[2, 0, 1]] }, 'passed'],
    ['the ASK is on it', { revoked: [[1, 0, 1]] }, 'failed collateral/intermediate-revoked'],
    [
      'the ASK is on a list that has run out',
      { revoked: [[1, 0, 1]], nextUpdate: '2024-01-01T00:00:00Z' },
      'failed collateral/intermediate-revoked',
    ],
    ['stale', { nextUpdate: '2024-01-01T00:00:00Z' }, 'undetermined freshness/crl-stale'],
    [
      'not yet issued',
      { thisUpdate: '2026-01-01T00:00:00Z' },
      'undetermined freshness/crl-not-yet-valid',
    ],
    ['signed by a stranger', { issuerKey: stranger.ark }, 'failed collateral/crl-signature'],
    [
      'a stranger’s list that names the ASK',
      { issuerKey: stranger.ark, revoked: [[1, 0, 1]] },
      'failed collateral/crl-signature',
    ],
    ['of another product', { issuer: 'ARK-Genoa' }, 'failed collateral/crl-issuer'],
    ['with PKCS #1', { algorithm: 'rsa-sha256' }, 'failed collateral/crl-signature'],
  ])('%s', (_what, crl, expected) => {
    expect(outcome({ crl: crl ?? {} })).toBe(expected);
  });

  test('whether anybody asked is part of the claims', () => {
    const without = run(makeSnpInput({ keys }));
    expect(without.claims).toMatchObject({ revocation: 'not-checked' });
    expect(without.findings.map((finding) => finding.code)).toEqual(['revocation-not-checked']);
    const asked = run(makeSnpInput({ keys, crl: {} }));
    expect(asked.claims).toMatchObject({ revocation: 'checked' });
    expect(asked.findings).toEqual([]);
  });
});
