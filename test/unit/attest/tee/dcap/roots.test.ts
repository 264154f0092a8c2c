// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadIntelAnchors } from '../../../../../attest/tee/dcap/roots/load.ts';
import { anchorCertificates, parseCertificates } from '../../../../../attest/tee/endorsements.ts';
import { isSignatureValid } from '../../../../../attest/x509/signature-algorithm.ts';
import { describeShared } from '../../../../support/shared.ts';
import { certificatesIn, mapQuote, readGenuine } from './genuine.ts';

const FOLDER = join(import.meta.dirname, '../../../../../attest/tee/dcap/roots');
const FINGERPRINT = '44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3';

function fingerprint(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

describe('the pinned Intel root', () => {
  test('is the file that SOURCE.md records', () => {
    const source = readFileSync(join(FOLDER, 'SOURCE.md'), 'utf8').replaceAll(/ +/g, ' ');
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.pem'));
    expect(files).toEqual(['intel-sgx-root-ca.pem']);
    const [root] = parseCertificates(readFileSync(join(FOLDER, 'intel-sgx-root-ca.pem')));
    expect(fingerprint(root?.der ?? new Uint8Array())).toBe(FINGERPRINT);
    expect(source).toContain(`| \`intel-sgx-root-ca.pem\` | \`${FINGERPRINT}\` |`);
  });

  test('signs itself, is an authority and is called what Intel calls it', () => {
    const [root, ...more] = anchorCertificates(loadIntelAnchors());
    if (root === undefined) throw new Error('no root');
    expect(more).toEqual([]);
    expect(root.commonName).toBe('Intel SGX Root CA');
    expect(root.basicConstraints).toEqual({ isCa: true, pathLength: 1 });
    expect(isSignatureValid('ecdsa-sha256', root.publicKey, root.tbs, root.signature)).toBe(true);
  });
});

describeShared('roots that came with genuine quotes and their collateral', () => {
  test('are the pinned one everywhere, over sources and years', () => {
    let compared = 0;
    for (const { evidence, collateral } of readGenuine()) {
      const { chain, end } = mapQuote(evidence);
      const texts = [
        Buffer.from(evidence.subarray(chain, end)).toString('latin1'),
        ...Object.values(collateral).filter((text) => text.includes('BEGIN CERTIFICATE')),
      ];
      expect(texts).toHaveLength(4);
      for (const text of texts) {
        const root = certificatesIn(text).at(-1);
        expect(fingerprint(root ?? Buffer.alloc(0))).toBe(FINGERPRINT);
        compared++;
      }
    }
    expect(compared).toBe(16);
  });
});
