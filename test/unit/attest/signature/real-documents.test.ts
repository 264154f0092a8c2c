// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { verifyDetached } from '../../../../attest/signature/verify-detached.ts';
import { verifyEnvelope } from '../../../../attest/signature/verify-envelope.ts';
import { parsePublicKeys } from '../../../../attest/trust/keys.ts';
import { createTrustRoots } from '../../../../attest/trust/roots.ts';
import type { TrustRoots } from '../../../../attest/trust/roots.ts';
import { claimsOf } from '../../../../attest/verified.ts';
import type { Identity } from '../../../../core/identity.ts';
import { member, parseJson } from '../../../../core/json.ts';
import type { Verdict } from '../../../../core/verdict.ts';
import { parseDsse } from '../../../../schemas/dsse/envelope.ts';
import { preAuthenticationEncoding } from '../../../../schemas/dsse/pae.ts';
import { canonicalizeOlpc } from '../../../../schemas/intoto/canonical-json-olpc.ts';
import { canonicalizeJcs } from '../../../../core/canonical-json-jcs.ts';
import { parseMetablock } from '../../../../schemas/intoto/metablock.ts';
import { parseSigstoreBundle } from '../../../../schemas/sigstore-bundle/bundle.ts';
import type { SignedEnvelope } from '../../../../schemas/envelope.ts';
import { describeShared, readShared, sharedPath } from '../../../support/shared.ts';

function rootsOf(...files: string[]): TrustRoots {
  return createTrustRoots(files.flatMap((file) => parsePublicKeys(readShared(file))));
}

function identityOf(file: string): Identity {
  const [key] = parsePublicKeys(readShared(file));
  if (key === undefined) throw new Error(`no key in ${file}`);
  return key.identity;
}

function envelopeOf(file: string): SignedEnvelope {
  const { value } = parseJson(readShared(file));
  if (member(value, 'signed') !== undefined) {
    const { envelope } = parseMetablock(value);
    if (envelope === undefined) throw new Error('not canonical');
    return envelope;
  }
  if (member(value, 'payload') !== undefined) return parseDsse(value).envelope;
  const { content } = parseSigstoreBundle(value);
  if (content.kind !== 'dsse') throw new Error('not an envelope');
  return content.envelope;
}

function signersOf(verdict: Verdict<unknown>): readonly Identity[] {
  if (verdict.status !== 'passed') throw new Error(JSON.stringify(verdict.findings));
  return claimsOf(verdict.value as Parameters<typeof claimsOf<{ signers: readonly Identity[] }>>[0])
    .signers;
}

const SAMPLE_KEYS = [
  'samples/keys/functionary.pub.pem',
  'samples/keys/owner.pub.pem',
  'samples/keys/cosign.pub',
  'samples/keys/model-signer.pub.pem',
] as const;
const [FUNCTIONARY, OWNER, COSIGN, MODEL_SIGNER] = SAMPLE_KEYS;

/** Envelope files and who signed them, by samples/manifest.json. */
const SIGNED: readonly (readonly [file: string, key: string])[] = [
  ['samples/in-toto/root.layout', OWNER],
  ['samples/in-toto/root.dsse.layout', OWNER],
  ['samples/in-toto/poisoned-swap/train_v1.a011e4e9.link', FUNCTIONARY],
  ['samples/slsa/triage-v1.dsse.json', FUNCTIONARY],
  ['samples/slsa/triage-v2.dsse.json', FUNCTIONARY],
  ['samples/slsa/triage-poisoned.dsse.json', FUNCTIONARY],
  ['samples/cosign/triage-v2.onnx.slsa-provenance.sigstore.json', COSIGN],
  ['samples/cosign/triage-v2.tar.cyclonedx.sigstore.json', COSIGN],
  ['samples/model-signing/triage-v1.key.sig', MODEL_SIGNER],
  ['samples/model-signing/triage-v2.key.sig', MODEL_SIGNER],
  ['samples/model-signing/triage-v2-onnx-single-file.key.sig', MODEL_SIGNER],
  ['samples/model-signing/dataset-split.key.sig', MODEL_SIGNER],
  ['samples/variant-sampling/train_v1.a011e4e9.link', FUNCTIONARY],
  ['corpus/oms/v1.0.0-elliptic-key/model.sig', 'corpus/oms/v1.0.0-elliptic-key/key.pub'],
  ['corpus/oms/v1.1.0-elliptic-key/model.sig', 'corpus/oms/v1.1.0-elliptic-key/key.pub'],
  [
    'corpus/oms/good-manifest-ignores-v1.1.0-elliptic-key/model.sig',
    'corpus/oms/good-manifest-ignores-v1.1.0-elliptic-key/key.pub',
  ],
];

describeShared('signatures of real documents', () => {
  const roots = rootsOf(...SAMPLE_KEYS, 'corpus/oms/v1.1.0-elliptic-key/key.pub');
  const links = readdirSync(sharedPath('samples/in-toto')).filter((name) => name.endsWith('.link'));

  test('all links of the story are signed by the functionary', () => {
    expect(links).toHaveLength(11);
    for (const name of links) {
      const verdict = verifyEnvelope(envelopeOf(`samples/in-toto/${name}`), roots);
      expect([name, ...signersOf(verdict)]).toEqual([name, identityOf(FUNCTIONARY)]);
    }
  });

  test.each(SIGNED)('%s', (file, key) => {
    const verdict = verifyEnvelope(envelopeOf(file), roots);
    expect(signersOf(verdict)).toEqual([identityOf(key)]);
    expect(verdict.status === 'passed' && verdict.warnings).toEqual([]);
  });

  test('the tampered link: failed', () => {
    const verdict = verifyEnvelope(
      envelopeOf('samples/in-toto/tampered/train_v1.a011e4e9.link'),
      roots,
    );
    expect(verdict).toMatchObject({
      status: 'failed',
      findings: [{ code: 'signature-invalid', at: '/signatures/0' }],
    });
  });

  test('the tampered link, its key not trusted: undetermined', () => {
    const verdict = verifyEnvelope(
      envelopeOf('samples/in-toto/tampered/train_v1.a011e4e9.link'),
      rootsOf(COSIGN),
    );
    expect(verdict.status).toBe('undetermined');
  });

  test.each(SIGNED)('%s without its key: undetermined', (file, key) => {
    const identity = identityOf(key);
    const others = { keys: roots.keys.filter((trusted) => trusted.identity !== identity) };
    expect(others.keys).toHaveLength(roots.keys.length - 1);
    const verdict = verifyEnvelope(envelopeOf(file), others);
    expect(verdict).toMatchObject({
      status: 'undetermined',
      findings: [{ code: 'signer-unknown' }],
    });
  });

  test.each(SIGNED)('%s with any sampled byte of the payload changed: never passed', (file) => {
    const envelope = envelopeOf(file);
    const step = Math.max(1, Math.floor(envelope.payload.length / 150));
    const names =
      envelope.signatures.some(({ keyId }) => keyId !== null && keyId !== '') ||
      envelope.material?.publicKeyHint !== undefined;
    for (let at = 0; at < envelope.payload.length; at += step) {
      const payload = Uint8Array.from(envelope.payload);
      payload[at] = (payload[at] ?? 0) ^ 0x01;
      const signedBytes = signedFormOf(envelope, payload);
      const changed = { ...envelope, payload, signedBytes };
      // OMS before v1.1.0 names no key: nobody can say whose signature it was to be
      expect(verifyEnvelope(changed, roots).status).toBe(names ? 'failed' : 'undetermined');
    }
  });

  test.each(SIGNED)('%s with any sampled byte of the signature changed: never passed', (file) => {
    const envelope = envelopeOf(file);
    const [entry] = envelope.signatures;
    const length = entry?.signature.length ?? 0;
    expect(length).toBeGreaterThan(60);
    for (let at = 0; at < length; at += 3) {
      const signature = Uint8Array.from(entry?.signature ?? []);
      signature[at] = (signature[at] ?? 0) ^ 0x10;
      const changed = { ...envelope, signatures: [{ keyId: entry?.keyId ?? null, signature }] };
      expect(verifyEnvelope(changed, roots).status).not.toBe('passed');
    }
  });

  test('an OMS signature under the key of somebody else: undetermined', () => {
    const folder = 'corpus/oms/bad-wrong-key-v1.0.0-elliptic-key';
    const verdict = verifyEnvelope(envelopeOf(`${folder}/model.sig`), rootsOf(`${folder}/key.pub`));
    expect(verdict.status).toBe('undetermined');
  });

  test.each([
    'samples/model-signing/triage-v2.cert.sig',
    'corpus/oms/v1.0.0-certificate/model.sig',
    'corpus/oms/v1.1.0-certificate/model.sig',
    'corpus/oms/v1.1.0-sigstore/model.sig',
    'corpus/oms/v1.0.0-sigstore/model.sig',
  ])('%s names its signer by certificate: undetermined', (file) => {
    const verdict = verifyEnvelope(envelopeOf(file), rootsOf(...SAMPLE_KEYS));
    expect(verdict).toMatchObject({
      status: 'undetermined',
      findings: [{ code: 'certificate-not-judged' }],
    });
  });

  test('a key that is trusted counts, though a certificate for it came along', () => {
    // the fixtures of model_signing certify the key that they also use as a plain key
    const key = 'corpus/oms/v1.1.0-elliptic-key/key.pub';
    const verdict = verifyEnvelope(
      envelopeOf('corpus/oms/v1.1.0-certificate/model.sig'),
      rootsOf(key),
    );
    expect(signersOf(verdict)).toEqual([identityOf(key)]);
  });

  test('cosign sign-blob: the model that was signed, and the poisoned one', () => {
    const { value } = parseJson(readShared('samples/cosign/triage-v2.onnx.sigstore.json'));
    const { content, material } = parseSigstoreBundle(value);
    if (content.kind !== 'message-signature') throw new Error('another content');
    const { signature } = content.message;
    const publicKeyHint = material.publicKeyHint ?? null;
    const good = readShared('samples/story/models/triage-v2/model.onnx');
    expect(signersOf(verifyDetached({ bytes: good, signature, publicKeyHint }, roots))).toEqual([
      identityOf(COSIGN),
    ]);
    const poisoned = readShared('samples/story/models/triage-poisoned/model.onnx');
    const verdict = verifyDetached({ bytes: poisoned, signature, publicKeyHint }, roots);
    expect(verdict).toMatchObject({ status: 'failed', findings: [{ code: 'signature-invalid' }] });
  });

  test('sigstore conformance: managed key', () => {
    const folder =
      'corpus/sigstore-bundle/sigstore+sigstore-conformance/bundle-verify/managed-key-happy-path';
    const { content, material } = parseSigstoreBundle(
      parseJson(readShared(`${folder}/bundle.sigstore.json`)).value,
    );
    if (content.kind !== 'message-signature') throw new Error('another content');
    const key = `${folder}/key.pub`;
    const detached = {
      bytes: readShared(`${folder}/a.txt`),
      signature: content.message.signature,
      publicKeyHint: material.publicKeyHint ?? null,
    };
    expect(signersOf(verifyDetached(detached, rootsOf(key)))).toEqual([identityOf(key)]);
    const other = { ...detached, bytes: new TextEncoder().encode('b') };
    expect(verifyDetached(other, rootsOf(key)).status).toBe('failed');
  });
});

/** The bytes that a signature over this payload would cover; for a metablock only where it still is one. */
function signedFormOf(envelope: SignedEnvelope, payload: Uint8Array): Uint8Array {
  if (envelope.envelopeType === 'dsse')
    return preAuthenticationEncoding(envelope.payloadType, payload);
  try {
    const { value } = parseJson(payload);
    if (canonicalizeJcs(value) === new TextDecoder().decode(payload)) {
      return new TextEncoder().encode(canonicalizeOlpc(value));
    }
  } catch {
    // no JSON any more: the old signed bytes stay, and are not those of the payload
  }
  return envelope.signedBytes;
}
