// SPDX-License-Identifier: Apache-2.0
import { createPublicKey } from 'node:crypto';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { expect, test } from 'vitest';
import { parseJson } from '../../../../core/json.ts';
import { parseSigstoreBundle } from '../../../../schemas/sigstore-bundle/bundle.ts';
import { verifyEnvelope } from '../../../../attest/signature/verify-envelope.ts';
import { parsePublicKeys } from '../../../../attest/trust/keys.ts';
import { createTrustRoots } from '../../../../attest/trust/roots.ts';
import { describeShared, readShared } from '../../../support/shared.ts';

const ROOT = {
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  tlogs: [],
  certificateAuthorities: [],
  ctlogs: [],
  timestampAuthorities: [],
};
const THRESHOLDS = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };

/** What the sigstore project's own verifier says of a key-signed bundle. */
function oracleAccepts(bytes: Uint8Array, pem: string): boolean {
  const key = createPublicKey(pem);
  const material = toTrustMaterial(ROOT, () => ({ publicKey: key, validFor: () => true }));
  try {
    const bundle = bundleFromJSON(JSON.parse(Buffer.from(bytes).toString('utf8')));
    new Verifier(material, THRESHOLDS).verify(toSignedEntity(bundle));
    return true;
  } catch {
    return false;
  }
}

function weAccept(bytes: Uint8Array, pem: string): boolean {
  const { content } = parseSigstoreBundle(parseJson(bytes).value);
  if (content.kind !== 'dsse') return false;
  const roots = createTrustRoots(parsePublicKeys(pem));
  return verifyEnvelope(content.envelope, roots).status === 'passed';
}

const BUNDLES = [
  ['cosign/triage-v2.onnx.slsa-provenance.sigstore.json', 'keys/cosign.pub'],
  ['cosign/triage-v2.tar.cyclonedx.sigstore.json', 'keys/cosign.pub'],
  ['model-signing/triage-v1.key.sig', 'keys/model-signer.pub.pem'],
  ['model-signing/triage-v2.key.sig', 'keys/model-signer.pub.pem'],
] as const;

describeShared('key-signed bundles: our verdict and that of @sigstore/verify', () => {
  test.each(BUNDLES)('%s', (file, key) => {
    const bytes = readShared('samples', file);
    const pem = Buffer.from(readShared('samples', key)).toString('utf8');
    expect(oracleAccepts(bytes, pem)).toBe(true);
    expect(weAccept(bytes, pem)).toBe(true);
  });

  test.each(BUNDLES)('%s with another payload', (file, key) => {
    const text = Buffer.from(readShared('samples', file)).toString('utf8');
    const pem = Buffer.from(readShared('samples', key)).toString('utf8');
    const bundle = JSON.parse(text) as { dsseEnvelope: { payload: string } };
    const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64');
    payload[payload.length - 3] = (payload[payload.length - 3] ?? 0) ^ 1;
    bundle.dsseEnvelope.payload = payload.toString('base64');
    const altered = new TextEncoder().encode(JSON.stringify(bundle));
    expect(oracleAccepts(altered, pem)).toBe(false);
    expect(weAccept(altered, pem)).toBe(false);
  });
});
