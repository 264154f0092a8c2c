// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../../core/canonical-json-jcs.ts';
import { verifyEvidenceCases } from '../../../../../cli/commands/evidence-verify.ts';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import { anchorCertificates } from '../../../../../attest/tee/endorsements.ts';
import { nitroScheme } from '../../../../../attest/tee/nitro/scheme.ts';
import type { TeeOutcome, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { describeShared, readShared, sharedPath } from '../../../../support/shared.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { makeNitroInput, makeNitroKeys } from '../support/fake-nitro.ts';
import type { FakeNitro } from '../support/fake-nitro.ts';
import { ecKey, integer, KEY_CERT_SIGN, rsaKey } from '../support/fake-pki.ts';

const keys = makeNitroKeys();
const stranger = makeNitroKeys();

type Change = Omit<FakeNitro, 'keys'>;

function run(
  input: VerifyInput,
  policy: JsonObject = {},
  binding: Uint8Array | 'ignore' = 'ignore',
): TeeOutcome {
  return nitroScheme.run({ ...input, policy, binding });
}

function described(outcome: TeeOutcome): string {
  const [first] = outcome.verdict === 'passed' ? [] : outcome.findings;
  return first === undefined ? 'passed' : `${outcome.verdict} ${first.stage}/${first.code}`;
}

function outcome(change: Change): string {
  return described(run(makeNitroInput({ keys, ...change })));
}

describeShared('genuine and altered AWS Nitro documents', () => {
  test('all 31 verdicts are the expected ones', async () => {
    const lines: string[] = [];
    const manifest = sharedPath('vectors', 'tee', 'manifest.json');
    const counts = await verifyEvidenceCases(manifest, (line) => lines.push(line), {
      kind: 'nitro',
    });
    expect(lines.filter((line) => !line.startsWith('agrees'))).toEqual([]);
    expect(counts).toEqual({ agreed: 31, disagreed: 0 });
  });

  test('no sampled bit of a genuine document can be changed, and no truncation passes', () => {
    const bytes = readShared('vectors', 'tee', 'nitro', 'evidence', 'base-ok.cbor');
    const input = {
      endorsements: new Map(),
      anchors: nitroScheme.pinnedAnchors(),
      at: parseInstant('2024-11-30T16:30:00Z'),
    };
    expect(run({ ...input, evidence: bytes }).verdict).toBe('passed');
    for (let at = 0; at < bytes.length; at += 83) {
      const evidence = Uint8Array.from(bytes);
      evidence[at] = (evidence[at] ?? 0) ^ (1 << (at % 8));
      const result = run({ ...input, evidence });
      expect(`${at} ${result.verdict} ${result.claims === null}`).toBe(`${at} failed true`);
      expect(run({ ...input, evidence: bytes.subarray(0, at) }).verdict).toBe('failed');
    }
  });
});

describe('the pinned root', () => {
  test('is the one that AWS publishes and SOURCE.md records', () => {
    const [root] = anchorCertificates(nitroScheme.pinnedAnchors());
    const fingerprint = createHash('sha256')
      .update(root?.der ?? '')
      .digest('hex');
    expect(fingerprint).toBe('641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b');
    const folder = join(import.meta.dirname, '../../../../../attest/tee/nitro/roots');
    expect(readFileSync(join(folder, 'SOURCE.md'), 'utf8')).toContain(fingerprint);
  });

  test('does not accept a document whose names are all copied', () => {
    const [root] = anchorCertificates(nitroScheme.pinnedAnchors());
    const subject = root?.subject ?? 'none';
    const input = makeNitroInput({
      keys,
      root: { subject, issuer: subject },
      instance: { issuer: subject },
    });
    expect(described(run(input))).toBe('passed');
    const anchors = nitroScheme.pinnedAnchors();
    expect(described(run({ ...input, anchors }))).toBe('failed chain/root-not-trusted');
    expect(described(run({ ...input, anchors: [] }))).toBe('undetermined chain/no-trust-anchor');
  });
});

describe('a document of our own', () => {
  test('passes and says what it is', () => {
    const result = run(makeNitroInput({ keys }));
    expect(described(result)).toBe('passed');
    expect(result.claims).toMatchObject({
      measurement: '01'.repeat(48),
      binding: 'dd'.repeat(64),
      nonce: Buffer.from('a nonce').toString('hex'),
      publicKey: null,
      debug: false,
      timestamp: '2025-01-01T00:10:00.000Z',
    });
  });

  test.each<[string, Change, string]>([
    [
      'signed by a stranger',
      { leaf: { key: stranger.leaf } },
      'failed signature/document-signature',
    ],
    ['a zero signature', { signature: new Uint8Array(96) }, 'failed signature/document-signature'],
    [
      'leaf of a stranger',
      { leaf: { issuerKey: stranger.instance } },
      'failed chain/certificate-signature',
    ],
    [
      'instance of a stranger',
      { instance: { issuerKey: stranger.root } },
      'failed chain/certificate-signature',
    ],
    ['leaf of another issuer', { leaf: { issuer: 'i-9' } }, 'failed chain/issuer-name'],
    ['leaf expired', { at: '2025-01-01T03:00:01Z' }, 'failed freshness/certificate-expired'],
    [
      'leaf not yet valid',
      { at: '2024-12-31T23:59:59Z' },
      'failed freshness/certificate-not-yet-valid',
    ],
    [
      'instance expired',
      { instance: { notAfter: '2024-12-01T00:00:00Z' } },
      'failed freshness/certificate-expired',
    ],
    [
      'root expired',
      { root: { notAfter: '2024-12-01T00:00:00Z' } },
      'failed freshness/certificate-expired',
    ],
    ['instance is no authority', { instance: { isCa: false } }, 'failed chain/not-a-ca'],
    ['leaf is an authority', { leaf: { isCa: true } }, 'failed chain/leaf-is-ca'],
    [
      'leaf may only sign certificates',
      { leaf: { keyUsage: KEY_CERT_SIGN } },
      'failed chain/key-usage',
    ],
    ['leaf on P-256', { leaf: { key: ecKey('P-256') } }, 'failed signature/document-signature'],
    ['leaf with RSA', { leaf: { key: rsaKey() } }, 'failed signature/document-signature'],
    ['leaf signed with SHA-256', { leaf: { algorithm: 'ecdsa-sha256' } }, 'failed chain/algorithm'],
    [
      'a critical extension',
      { leaf: { extensions: [{ oid: '1.2.3', critical: true, value: integer(1) }] } },
      'failed chain/critical-extension',
    ],
    [
      'made before its certificate',
      { payload: { timestamp: Date.parse('2024-12-31T23:59:59Z') } },
      'failed freshness/timestamp',
    ],
    [
      'made after its certificate',
      { payload: { timestamp: Date.parse('2025-01-01T03:00:01Z') } },
      'failed freshness/timestamp',
    ],
    [
      'certificate is junk',
      { payload: { certificate: Buffer.from('junk') } },
      'failed chain/certificate-malformed',
    ],
    [
      'bundle is junk',
      { payload: { cabundle: [Buffer.from('junk')] } },
      'failed chain/certificate-malformed',
    ],
  ])('%s', (_what, change, expected) => {
    expect(outcome(change)).toBe(expected);
  });

  test.each<[string, Change]>([
    ['an unprotected header', { unprotected: new Map([[4, Buffer.from('x')]]) }],
    ['an unprotected header that is a list', { unprotected: [] }],
    ['ES256', { protectedHeader: Buffer.from('a10126', 'hex') }],
    ['ES512', { protectedHeader: Buffer.from('a1013823', 'hex') }],
    ['ES384 and more', { protectedHeader: Buffer.from('a20138220441aa', 'hex') }],
    ['ES384 in a longer writing', { protectedHeader: Buffer.from('a101390022', 'hex') }],
    ['no protected header', { protectedHeader: Buffer.alloc(0) }],
    ['a signature of 95 bytes', { signature: new Uint8Array(95) }],
    ['a DER signature', { signature: new Uint8Array(102) }],
    ['digest SHA256', { payload: { digest: 'SHA256' } }],
    ['no digest', { payload: { digest: undefined } }],
    ['no module', { payload: { module_id: undefined } }],
    ['an empty module', { payload: { module_id: '' } }],
    ['an endless module', { payload: { module_id: 'i'.repeat(257) } }],
    ['no time', { payload: { timestamp: undefined } }],
    ['time zero', { payload: { timestamp: 0 } }],
    ['a negative time', { payload: { timestamp: -5 } }],
    ['a time that is text', { payload: { timestamp: '2025' } }],
    ['a time beyond all calendars', { payload: { timestamp: 2 ** 52 } }],
    ['no registers', { payload: { pcrs: undefined } }],
    ['an empty map of registers', { payload: { pcrs: new Map() } }],
    ['register 32', { payload: { pcrs: new Map([[32, Buffer.alloc(48)]]) } }],
    ['a negative register', { payload: { pcrs: new Map([[-1, Buffer.alloc(48)]]) } }],
    ['a register by name', { payload: { pcrs: new Map([['0', Buffer.alloc(48)]]) } }],
    ['a register of 47 bytes', { payload: { pcrs: new Map([[0, Buffer.alloc(47)]]) } }],
    ['a register of no byte', { payload: { pcrs: new Map([[0, Buffer.alloc(0)]]) } }],
    ['a register that is text', { payload: { pcrs: new Map([[0, 'zero']]) } }],
    ['registers of another platform', { payload: { pcrs: undefined, nitrotpm_pcrs: new Map() } }],
    ['no certificate', { payload: { certificate: undefined } }],
    ['an empty certificate', { payload: { certificate: Buffer.alloc(0) } }],
    ['a certificate of 1025 bytes', { payload: { certificate: Buffer.alloc(1025) } }],
    ['no bundle', { payload: { cabundle: undefined } }],
    ['an empty bundle', { payload: { cabundle: [] } }],
    ['a bundle of nine', { payload: { cabundle: Array(9).fill(Buffer.from('x')) } }],
    ['a bundle of text', { payload: { cabundle: ['root'] } }],
    ['user data of 1025 bytes', { payload: { user_data: Buffer.alloc(1025) } }],
    ['user data that is text', { payload: { user_data: 'hello' } }],
    ['a nonce of 1025 bytes', { payload: { nonce: Buffer.alloc(1025) } }],
    ['a nonce that is a number', { payload: { nonce: 5 } }],
    ['an empty public key', { payload: { public_key: Buffer.alloc(0) } }],
  ])('%s is malformed, though it is signed', (_what, change) => {
    expect(outcome(change)).toBe('failed parse/malformed');
  });

  test('fields of 1024 bytes and absent ones are fine', () => {
    const full = Buffer.alloc(1024, 1);
    expect(outcome({ payload: { user_data: full, nonce: full, public_key: full } })).toBe('passed');
    const absent = { user_data: undefined, nonce: null, public_key: undefined };
    expect(outcome({ payload: absent })).toBe('passed');
  });

  test('bundles in another order, with a certificate more or less', () => {
    const input = makeNitroInput({ keys });
    const documents = bundlesOf(input);
    const [root, instance] = documents;
    if (root === undefined || instance === undefined) throw new Error('bundle');
    for (const cabundle of [
      [instance, root],
      [root],
      [instance],
      [root, root, instance],
      [root, instance, instance],
    ]) {
      expect(run(makeNitroInput({ keys, payload: { cabundle } })).verdict).toBe('failed');
    }
  });

  test('other CBOR writings of the same document are refused', () => {
    const { evidence } = makeNitroInput({ keys });
    const bodies = [
      Buffer.concat([Buffer.from([0xd2]), evidence]),
      Buffer.concat([evidence, Buffer.from([0])]),
      Buffer.concat([Buffer.from([0x9f]), evidence.subarray(1), Buffer.from([0xff])]),
      Buffer.concat([Buffer.from([0x98, 0x04]), evidence.subarray(1)]),
      Buffer.from(encode(Buffer.from(evidence))),
      Buffer.alloc(16 * 1024 + 1, 0x80),
      Buffer.alloc(16 * 1024, 0x81),
      Buffer.from('bf', 'hex'),
      Buffer.from('fb7ff8000000000000', 'hex'),
    ];
    for (const body of bodies) {
      const result = run({ ...makeNitroInput({ keys }), evidence: Uint8Array.from(body) });
      expect(described(result)).toBe('failed parse/malformed');
    }
  });

  test('any change of any bytes is refused', () => {
    const input = makeNitroInput({ keys });
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

  function bundlesOf(input: VerifyInput): Uint8Array[] {
    const anchor = input.anchors[0]?.bytes;
    const text = Buffer.from(input.evidence);
    const rootAt = text.indexOf(Buffer.from(anchor ?? ''));
    const root = text.subarray(rootAt, rootAt + (anchor?.length ?? 0));
    // the next byte string of the array: 0x59, two bytes of length
    const header = rootAt + root.length;
    const size = text.readUInt16BE(header + 1);
    return [Uint8Array.from(root), Uint8Array.from(text.subarray(header + 3, header + 3 + size))];
  }
});

describe('appraisal', () => {
  const input = makeNitroInput({ keys });
  const nonce = Buffer.from('a nonce').toString('hex');

  test('each condition that is met passes', () => {
    const pcrs = { '0': '01'.repeat(48), '8': '09'.repeat(48), '15': '10'.repeat(48) };
    const policy = { pcrs, nonce, userData: 'DD'.repeat(64), allowDebug: false };
    expect(described(run(input, policy))).toBe('passed');
  });

  test.each<[JsonObject, string]>([
    [{ pcrs: { '0': '02'.repeat(48) } }, 'pcr'],
    [{ pcrs: { '0': '01'.repeat(32) } }, 'pcr'],
    [{ pcrs: { '16': '00'.repeat(48) } }, 'pcr'],
    [{ nonce: '00' }, 'nonce'],
    [{ nonce: `${nonce}00` }, 'nonce'],
    [{ userData: 'dd'.repeat(63) }, 'user-data'],
  ])('%j is not met', (policy, code) => {
    expect(described(run(input, policy))).toBe(`failed policy/${code}`);
  });

  test('a nonce or user data that is absent meets no expectation', () => {
    const bare = makeNitroInput({ keys, payload: { nonce: null, user_data: null } });
    expect(described(run(bare, { nonce }))).toBe('failed policy/nonce');
    expect(described(run(bare, { userData: 'dd' }))).toBe('failed policy/user-data');
    expect(described(run(bare, {}, new Uint8Array()))).toBe('failed policy/binding');
  });

  test('debug enclaves are denied unless they are allowed by name', () => {
    const zero = new Map([0, 1, 2].map((index) => [index, Buffer.alloc(48)]));
    for (const pcrs of [zero, new Map([[4, Buffer.alloc(48, 1)]])]) {
      const debug = makeNitroInput({ keys, payload: { pcrs } });
      expect(described(run(debug))).toBe('failed policy/debug-not-allowed');
      expect(described(run(debug, { allowDebug: false }))).toBe('failed policy/debug-not-allowed');
      expect(described(run(debug, { allowDebug: true }))).toBe('passed');
    }
  });

  test('user_data carries the binding', () => {
    const pae = Buffer.from('DSSEv1 4 test 2 {}');
    const bound = makeNitroInput({ keys, payload: { user_data: bindStatement('nitro', pae) } });
    expect(run(bound, {}, bindStatement('nitro', pae)).verdict).toBe('passed');
    expect(run(bound, {}, bindStatement('tdx', pae)).verdict).toBe('failed');
    expect(run(bound, {}, bindStatement('nitro', Buffer.from('other'))).verdict).toBe('failed');
  });

  test.each<[string, JsonValue]>([
    ['allowDebug', 'yes'],
    ['pcrs', {}],
    ['pcrs', []],
    ['pcrs', { '32': '00'.repeat(48) }],
    ['pcrs', { '00': '00'.repeat(48) }],
    ['pcrs', { PCR0: '00'.repeat(48) }],
    ['pcrs', { '0': '00'.repeat(47) }],
    ['pcrs', { '0': 'zz'.repeat(48) }],
    ['pcrs', { '0': 5 }],
    ['pcrs', { '-1': '00'.repeat(48) }],
    ['nonce', ''],
    ['nonce', 'abc'],
    ['nonce', 'zz'],
    ['nonce', '00'.repeat(1025)],
    ['userData', 7],
    ['measurement', '00'.repeat(48)],
    ['trustRootOverride', true],
  ])('the policy {%s: %j} is refused', (key, value) => {
    expect(() => run(input, { [key]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });
});
