// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseInstant } from '../../../../../core/instant.ts';
import { parseCertificates } from '../../../../../attest/tee/endorsements.ts';
import {
  AMD_ALGORITHMS,
  publishedIntermediate,
} from '../../../../../attest/tee/sev-snp/collateral.ts';
import { loadArkAnchors, SNP_PRODUCTS } from '../../../../../attest/tee/sev-snp/roots/load.ts';
import { verifyCertificatePath } from '../../../../../attest/x509/path.ts';
import { describeShared, readShared, sharedPath } from '../../../../support/shared.ts';

const FOLDER = join(import.meta.dirname, '../../../../../attest/tee/sev-snp/roots');

function fingerprint(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

describe('pinned AMD roots', () => {
  test('each file is the one that SOURCE.md records', () => {
    const source = readFileSync(join(FOLDER, 'SOURCE.md'), 'utf8').replaceAll(/ +/g, ' ');
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.pem'));
    expect(files).toHaveLength(9);
    for (const file of files) {
      const [certificate] = parseCertificates(readFileSync(join(FOLDER, file)));
      if (certificate === undefined) throw new Error(file);
      expect(source).toContain(`| \`${file}\` | \`${fingerprint(certificate.der)}\` |`);
    }
  });

  test('each intermediate is issued by the root of its product and by no other', () => {
    const roots = loadArkAnchors().flatMap((anchor) => parseCertificates(anchor.bytes));
    for (const product of SNP_PRODUCTS) {
      for (const signer of ['VCEK', 'VLEK'] as const) {
        const intermediate = publishedIntermediate(product, signer);
        const issuers = roots.filter((root) => {
          // an intermediate is no leaf, which is the one rule that does not hold here
          const asLeaf = { ...intermediate, basicConstraints: undefined, keyUsage: undefined };
          const path = {
            chain: [asLeaf],
            anchor: root,
            at: parseInstant('2026-01-01T00:00:00Z'),
            algorithms: AMD_ALGORITHMS,
          };
          return verifyCertificatePath(path).status === 'passed';
        });
        expect(issuers.map((root) => root.commonName)).toEqual([`ARK-${product}`]);
      }
    }
  });
});

describeShared('roots that came with genuine reports', () => {
  test('are the pinned ones, in every accepted case that brings its own', () => {
    const manifest = JSON.parse(
      readFileSync(sharedPath('vectors', 'tee', 'manifest.json'), 'utf8'),
    ) as { kind: string; expect: string; files: { ark?: string; root?: string } }[];
    const pinned = loadArkAnchors().flatMap((anchor) =>
      parseCertificates(anchor.bytes).map((root) => fingerprint(root.der)),
    );
    const supplied = manifest
      .filter((one) => one.kind === 'sev-snp' && one.expect === 'accept')
      .flatMap(({ files }) =>
        files.ark === undefined || files.root !== undefined ? [] : [files.ark],
      )
      .map((path) => fingerprint(readShared('vectors', 'tee', path)));
    expect(supplied.length).toBeGreaterThan(5);
    for (const one of supplied) expect(pinned).toContain(one);
  });
});
