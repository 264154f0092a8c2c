// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';

/** A digest that no other label has. */
export function digestOf(label: string): string {
  return `sha256:${hexOf(label)}`;
}

function hexOf(label: string): string {
  return createHash('sha256').update(label).digest('hex');
}

/** An ML-BOM: a model, and the datasets that it says it was trained on. */
export function mlBom(model: string, datasets: readonly string[]): string {
  return JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        'bom-ref': 'model',
        type: 'machine-learning-model',
        name: model,
        hashes: [{ alg: 'SHA-256', content: hexOf(model) }],
        modelCard: {
          modelParameters: { datasets: datasets.map((name) => ({ ref: `data-${name}` })) },
        },
      },
    },
    components: datasets.map((name) => ({
      'bom-ref': `data-${name}`,
      type: 'data',
      name,
      hashes: [{ alg: 'SHA-256', content: hexOf(name) }],
    })),
  });
}
