// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A BOM of one product with some libraries; `words` of its own make it another document. */
export function makeBom(number: number, components = 5, words = ''): string {
  const parts = Array.from({ length: components }, (_, at) => ({
    'bom-ref': `c${at}`,
    type: 'library',
    name: `part-${at}`,
    version: '1.0.0',
    purl: `pkg:npm/part-${at}@1.0.0`,
    hashes: [{ alg: 'SHA-256', content: hexOf(`part ${at}`) }],
  }));
  return JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialOf(number),
    version: 1,
    metadata: {
      component: {
        'bom-ref': 'product',
        type: 'application',
        name: `product-${number}`,
        version: `1.${number}.0`,
        description: words,
        hashes: [{ alg: 'SHA-256', content: hexOf(`product ${number}`) }],
      },
    },
    components: parts,
    dependencies: [{ ref: 'product', dependsOn: parts.map((part) => part['bom-ref']) }],
  });
}

export function serialOf(number: number): string {
  return `urn:uuid:3e671687-395b-41f5-a30f-${String(number).padStart(12, '0')}`;
}

/** Digest of the product of a BOM, as a ref. */
export function productRef(number: number): string {
  return `sha256:${hexOf(`product ${number}`)}`;
}

/** Digest of a document as ingested. */
export function documentRef(text: string): string {
  return `sha256:${hexOf(text)}`;
}

/** Writes BOMs into a folder. @returns digests of the documents, in order */
export function writeBoms(folder: string, count: number, components?: number): string[] {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, at) => {
    const text = makeBom(at, components);
    writeFileSync(join(folder, `bom-${String(at).padStart(4, '0')}.json`), text);
    return documentRef(text);
  });
}
