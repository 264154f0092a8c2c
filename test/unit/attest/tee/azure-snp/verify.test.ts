// SPDX-License-Identifier: Apache-2.0
import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { azureSnpScheme } from '../../../../../attest/tee/azure-snp/scheme.ts';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import type { TeeOutcome, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { sevSnpScheme } from '../../../../../attest/tee/sev-snp/scheme.ts';
import { tpmScheme } from '../../../../../attest/tee/tpm/scheme.ts';
import { describeShared, readShared } from '../../../../support/shared.ts';
import { describeSoftwareTpm, SoftwareTpm } from '../../../../support/software-tpm.ts';
import type { SoftwareKey } from '../../../../support/software-tpm.ts';
import { makeAmdKeys } from '../support/fake-amd.ts';
import { makeAzureInput, makeHclReport, makeRuntimeData } from '../support/fake-azure.ts';
import type { FakeAzure } from '../support/fake-azure.ts';
import { rsaKey } from '../support/fake-pki.ts';
import {
  digestOf,
  makeQuote,
  makeRsaArea,
  quoteOver,
  REGISTERS,
  signQuote,
} from '../support/fake-tpm.ts';

const amd = makeAmdKeys();
const key = rsaKey();
const stranger = rsaKey();
const MALFORMED = 'failed parse/malformed';

type Change = Partial<FakeAzure>;

function run(
  input: VerifyInput,
  policy: JsonObject = {},
  binding: Uint8Array | 'ignore' = 'ignore',
): TeeOutcome {
  return azureSnpScheme.run({ ...input, policy, binding });
}

function described(outcome: TeeOutcome): string {
  const [first] = outcome.verdict === 'passed' ? [] : outcome.findings;
  return first === undefined ? 'passed' : `${outcome.verdict} ${first.stage}/${first.code}`;
}

function outcome(change: Change): string {
  return described(run(makeAzureInput({ amd, key, ...change })));
}

describe('a machine whose processor, paravisor and virtual TPM are all of our own making', () => {
  test('passes and says what it is', () => {
    const result = run(makeAzureInput({ amd, key, snp: { crl: {} } }));
    expect(described(result)).toBe('passed');
    expect(result.findings).toEqual([]);
    expect(result.claims).toMatchObject({
      kind: 'azure-snp-vtpm',
      simulated: false,
      debug: false,
      binding: Buffer.from('a nonce').toString('hex'),
      pcrs: REGISTERS,
      configuration: { 'secure-boot': true, 'console-enabled': true, vmUniqueId: 'a machine' },
      userData: '00'.repeat(64),
      snp: { kind: 'sev-snp', product: 'Milan', signer: 'VCEK', vmpl: 0, revocation: 'checked' },
    });
  });

  test('the measurement is the definition in docs/tee.md, written out by hand', () => {
    const lines = [
      `snp:${'ee'.repeat(48)}`,
      `sha256:0:${'01'.repeat(32)}`,
      `sha256:7:${'07'.repeat(32)}`,
      `sha256:14:${'0e'.repeat(32)}`,
    ];
    const text = `pedigree/azure-snp-vtpm-measurement/v1\0${lines.join('\n')}\n`;
    const expected = digestOf('sha256', Buffer.from(text)).toString('hex');
    expect(run(makeAzureInput({ amd, key })).claims?.measurement).toBe(expected);
  });

  test.each<[string, Change, string]>([
    [
      'runtime data with another key',
      { runtime: makeRuntimeData(stranger.publicKey) },
      'failed signature/quote-signature',
    ],
    ['a report about nothing', { reportData: new Uint8Array(64) }, 'failed signature/runtime-data'],
    [
      'a report about other runtime data',
      { reportData: Buffer.alloc(32, 1) },
      'failed signature/runtime-data',
    ],
    ['a report that the guest asked for', { vmpl: 2 }, 'failed signature/paravisor-level'],
    ['a report that the kernel asked for', { vmpl: 1 }, 'failed signature/paravisor-level'],
    [
      'a report that was changed',
      { snp: { editSigned: (report) => report.fill(0, 0x90, 0xc0) } },
      'failed signature/report-signature',
    ],
    [
      'a processor of a stranger',
      { snp: { ek: { issuerKey: makeStranger() } } },
      'failed chain/certificate-signature',
    ],
    [
      'no certificate in force',
      { snp: { at: '2200-01-01T00:00:00Z' } },
      'failed freshness/certificate-expired',
    ],
    [
      'another digest in the quote',
      { quote: { pcrDigest: new Uint8Array(32) } },
      'failed signature/pcr-digest',
    ],
    ['another type than a quote', { quote: { type: 0x8017 } }, MALFORMED],
  ])('%s', (_what, change, expected) => {
    expect(outcome(change)).toBe(expected);
  });

  test('a report with something behind the digest is not about the runtime data alone', () => {
    const json = Buffer.from(JSON.stringify(makeRuntimeData(key.publicKey)));
    const digest = digestOf('sha256', json);
    expect(outcome({ reportData: Buffer.concat([digest, Buffer.alloc(32)]) })).toBe('passed');
    const more = Buffer.concat([digest, Buffer.alloc(31), Buffer.from([1])]);
    expect(outcome({ reportData: more })).toBe('failed signature/runtime-data');
  });

  test('a quote by a stranger, a report by a stranger', () => {
    const quote = makeQuote(quoteOver(REGISTERS));
    const made = { quote, signature: signQuote(quote, stranger) };
    expect(outcome({ made })).toBe('failed signature/quote-signature');
    const input = makeAzureInput({ amd, key });
    const pinned = azureSnpScheme.pinnedAnchors();
    expect(described(run({ ...input, anchors: pinned }))).toBe('failed chain/root-not-trusted');
    expect(described(run({ ...input, anchors: [] }))).toBe('undetermined chain/no-trust-anchor');
    expect(described(run({ ...input, endorsements: new Map() }))).toBe(
      'undetermined chain/endorsement-missing',
    );
  });

  test.each<[string, Change]>([
    ['another beginning', { hcl: { signature: 'HCLB' } }],
    ['version 0', { hcl: { version: 0 } }],
    ['version 3', { hcl: { version: 3 } }],
    ['a TDX request', { hcl: { requestType: 4 } }],
    ['a failed request', { hcl: { status: 1 } }],
    ['another size', { hcl: { reportSize: 1184 } }],
    ['another size of the runtime data', { hcl: { dataSize: 20 } }],
    ['runtime data of version 2', { hcl: { dataVersion: 2 } }],
    ['a TDX report', { hcl: { reportType: 4 } }],
    ['a digest of SHA-384', { hcl: { hashType: 2 } }],
    ['runtime data behind the end', { hcl: { jsonSize: 0xffff_ffff } }],
    ['runtime data that is longer', { hcl: { jsonSize: 5000 } }],
    ['something behind the runtime data', { hcl: { tail: Buffer.from([0, 0, 1]) } }],
    ['too much behind it', { hcl: { tail: Buffer.alloc(16 * 1024) } }],
    ['no HCL report', { members: { hclReport: undefined } }],
    ['an empty HCL report', { members: { hclReport: '' } }],
    ['a short HCL report', { members: { hclReport: 'SENMQQEAAAA=' } }],
    ['a key of its own', { members: { akPublic: makeRsaArea({ key }).toString('base64') } }],
    ['runtime data that is no JSON', { json: 'none' }],
    ['runtime data that is a list', { json: '[]' }],
    ['runtime data that says a thing twice', { json: '{"keys":[],"keys":[]}' }],
    ['no keys', { runtime: { keys: undefined } }],
    ['no key of the TPM', { runtime: { keys: [{ kid: 'HCLEkPub' }] } }],
    ['two keys of the TPM', { runtime: twoKeys() }],
    ['an ECC key', { runtime: changedKey({ kty: 'EC' }) }],
    ['a key without a modulus', { runtime: changedKey({ n: undefined }) }],
    ['a configuration that is text', { runtime: { 'vm-configuration': 'none' } }],
    ['user data that is no hex', { runtime: { 'user-data': 'hello' } }],
    ['endless user data', { runtime: { 'user-data': '00'.repeat(65) } }],
  ])('%s is malformed, though it is signed', (_what, change) => {
    expect(outcome(change)).toBe(MALFORMED);
  });

  test('runtime data is read only once a genuine report holds its digest', () => {
    expect(outcome({ json: 'none', reportData: new Uint8Array(64) })).toBe(
      'failed signature/runtime-data',
    );
  });

  test('no bit of the HCL report, the quote or the signature can be changed', () => {
    const input = makeAzureInput({ amd, key });
    const members = JSON.parse(Buffer.from(input.evidence).toString()) as Record<string, string>;
    const parts = ['hclReport', 'quote', 'signature'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...parts), fc.nat(), fc.nat(7), (part, place, bit) => {
        const bytes = Buffer.from(members[part] ?? '', 'base64');
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const evidence = Buffer.from(
          JSON.stringify({ ...members, [part]: bytes.toString('base64') }),
        );
        const result = run({ ...input, evidence });
        expect(result.verdict).not.toBe('passed');
        expect(result.claims).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  test('evidence of one kind is none of another', () => {
    const input = makeAzureInput({ amd, key });
    for (const scheme of [tpmScheme, sevSnpScheme]) {
      const other = scheme.run({ ...input, policy: {}, binding: 'ignore' });
      expect(described(other)).toBe(MALFORMED);
    }
  });
});

describe('appraisal', () => {
  const input = makeAzureInput({ amd, key });

  test('each condition that is met passes', () => {
    const policy = {
      measurement: run(input).claims?.measurement ?? '',
      pcrs: { sha256: { '7': '07'.repeat(32) } },
      nonce: Buffer.from('a nonce').toString('hex'),
      requireSecureBoot: true,
      snp: { measurement: 'ee'.repeat(48), minGuestSvn: 7, vmpl: 0, minTcb: { snp: 4 } },
    };
    expect(described(run(input, policy))).toBe('passed');
  });

  test.each<[JsonObject, string]>([
    [{ measurement: 'ee'.repeat(32) }, 'measurement'],
    [{ pcrs: { sha256: { '7': '08'.repeat(32) } } }, 'pcr'],
    [{ nonce: '00' }, 'nonce'],
    [{ requireEventLog: true }, 'event-log-missing'],
    [{ snp: { measurement: 'ef'.repeat(48) } }, 'measurement'],
    [{ snp: { minGuestSvn: 8 } }, 'guest-svn'],
    [{ snp: { minTcb: { microcode: 255 } } }, 'tcb-below-minimum'],
  ])('%j is not met', (policy, code) => {
    expect(described(run(input, policy))).toBe(`failed policy/${code}`);
  });

  test('a debug guest is denied unless it is allowed by name', () => {
    const debug = makeAzureInput({
      amd,
      key,
      snp: { edit: (report) => report.writeBigUInt64LE(0xb0000n, 0x08) },
    });
    expect(described(run(debug))).toBe('failed policy/debug-not-allowed');
    expect(described(run(debug, { snp: {} }))).toBe('failed policy/debug-not-allowed');
    expect(described(run(debug, { snp: { allowDebug: true } }))).toBe('passed');
    expect(run(debug).claims?.debug).toBe(true);
  });

  test('secure boot that is off, or of which nothing is said', () => {
    for (const configuration of [{ 'secure-boot': false }, { 'secure-boot': 'true' }, {}]) {
      const off = makeAzureInput({ amd, key, runtime: { 'vm-configuration': configuration } });
      expect(described(run(off))).toBe('passed');
      expect(described(run(off, { requireSecureBoot: true }))).toBe('failed policy/secure-boot');
    }
  });

  test.each<[string, JsonValue]>([
    ['allowDebug', true],
    ['snp', true],
    ['snp', { alowDebug: true }],
    ['snp', { minTcb: {} }],
    ['requireSecureBoot', 1],
    ['reportData', '00'.repeat(64)],
  ])('{%s: %j} is refused', (member, value) => {
    expect(() => run(input, { [member]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });
});

// The processor and the paravisor are of our own making here; the virtual TPM and its key are a real software TPM's.
describeSoftwareTpm(
  'a machine whose TPM is a software TPM, on a processor of our own making',
  () => {
    const SELECTION = 'sha256:0,8';
    const pae = Buffer.from('DSSEv1 4 test 2 {}');
    let tpm: SoftwareTpm;
    let ak: SoftwareKey;

    beforeAll(async () => {
      tpm = await SoftwareTpm.start();
      tpm.extend(8, 'sha256', digestOf('sha256', Buffer.from('kernel')));
      ak = tpm.createKey({ algorithm: 'rsa', scheme: 'rsassa', hash: 'sha256' });
    });

    afterAll(async () => {
      await tpm.stop();
    });

    test('its quote speaks for a statement', () => {
      const input = inputWith(bindStatement('azure-snp-vtpm', pae));
      const result = run(input, {}, bindStatement('azure-snp-vtpm', pae));
      expect(described(result)).toBe('passed');
      expect(result.claims).toMatchObject({ pcrs: tpm.registers(SELECTION) });
      const other = bindStatement('azure-snp-vtpm', Buffer.from('other'));
      expect(described(run(input, {}, other))).toBe('failed policy/binding');
      expect(described(run(input, {}, bindStatement('tpm', pae)))).toBe('failed policy/binding');
    });

    test('a quote of another key of the same TPM does not', () => {
      const other = tpm.createKey({ algorithm: 'rsa', scheme: 'rsassa', hash: 'sha256' });
      const made = tpm.quote(other, SELECTION, Buffer.from('nonce'));
      const input = makeAzureInput({
        amd,
        key: vouchedKey(),
        made,
        registers: tpm.registers(SELECTION),
      });
      expect(described(run(input))).toBe('failed signature/quote-signature');
    });

    function inputWith(nonce: Uint8Array): VerifyInput {
      const made = tpm.quote(ak, SELECTION, nonce);
      const registers = tpm.registers(SELECTION);
      return makeAzureInput({ amd, key: vouchedKey(), made, registers });
    }

    /** The private part stays in the TPM; the one here is never used. */
    function vouchedKey(): FakeAzure['key'] {
      return { publicKey: createPublicKey(ak.pem), privateKey: stranger.privateKey };
    }
  },
);

describeShared('a genuine report of an Azure machine, without its runtime data', () => {
  test('its processor is genuine, and it speaks for no runtime data of ours', () => {
    // the vectors hold the report alone: what its REPORT_DATA is the digest of is not among them
    const report = readShared('vectors', 'tee', 'sev-snp', 'evidence', 'trustee-milan-v2-ok.bin');
    const ek = readShared(
      'vectors',
      'tee',
      'sev-snp',
      'certs',
      'virtee-milan-v2-other-chips-vcek.ek.der',
    );
    const json = Buffer.from(JSON.stringify(makeRuntimeData(key.publicKey)));
    const quote = makeQuote(quoteOver(REGISTERS));
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const evidenceOf = (hcl: Uint8Array): Uint8Array =>
      Buffer.from(
        JSON.stringify({
          quote: text(quote),
          signature: text(signQuote(quote, key)),
          pcrs: REGISTERS,
          hclReport: text(hcl),
        }),
      );
    const input = {
      evidence: evidenceOf(makeHclReport(report, json)),
      endorsements: new Map([['ek', [ek]]]),
      anchors: azureSnpScheme.pinnedAnchors(),
      at: parseInstant('2024-06-01T00:00:00Z'),
    };
    expect(described(run(input))).toBe('failed signature/runtime-data');
    const changed = Uint8Array.from(report);
    changed[0x90] = (changed[0x90] ?? 0) ^ 1;
    const tampered = { ...input, evidence: evidenceOf(makeHclReport(changed, json)) };
    expect(described(run(tampered))).toBe('failed signature/report-signature');
  });
});

function makeStranger(): ReturnType<typeof rsaKey> {
  return makeAmdKeys().ask;
}

function changedKey(change: Record<string, unknown>): Record<string, unknown> {
  const { n, e } = key.publicKey.export({ format: 'jwk' });
  return { keys: [{ kid: 'HCLAkPub', key_ops: ['sign'], kty: 'RSA', e, n, ...change }] };
}

function twoKeys(): Record<string, unknown> {
  const { n, e } = key.publicKey.export({ format: 'jwk' });
  const one = { kid: 'HCLAkPub', key_ops: ['sign'], kty: 'RSA', e, n };
  return { keys: [one, one] };
}
