// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';
import { readDocument } from '../../../../ingest/extract/registry.ts';

const SERIAL = '3e671687-395b-41f5-a30f-a58921a69b79';
const HEX = 'a3'.repeat(32);

async function read(bom: object): Promise<Facts> {
  const text = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, ...bom });
  const bytes = new TextEncoder().encode(text);
  return (await readDocument(bytes, { digest: sha256(bytes) })).reading.facts;
}

function lines({ nodes, edges }: Facts, relation: string): string[] {
  const found = edges.filter((edge) => edge.relation === relation);
  return found.map(({ from, to }) => `${nodes[from]?.ref} ${nodes[to]?.ref}`).sort();
}

const model = {
  type: 'machine-learning-model',
  name: 'm',
  'bom-ref': 'the model',
  hashes: [{ alg: 'SHA-256', content: HEX }],
};

describe('BOM-Links to an element', () => {
  test('the element goes by the name under which another BOM links to it', async () => {
    const named = await read({ serialNumber: `urn:uuid:${SERIAL}`, components: [model] });
    const ref = `bom:${SERIAL}/1#the model`;
    expect(lines(named, 'specializationOf')).toEqual([`sha256:${HEX} ${ref}`]);
    const linking = await read({
      serialNumber: `urn:uuid:${SERIAL.replace('3e', '4f')}`,
      metadata: { component: { type: 'application', name: 'app', 'bom-ref': 'app' } },
      dependencies: [{ ref: 'app', dependsOn: [`urn:cdx:${SERIAL}/1#the%20model`] }],
    });
    expect(linking.nodes.map((node) => node.ref)).toContain(ref);
    expect(lines(linking, 'contains').some((line) => line.endsWith(` ${ref}`))).toBe(true);
  });

  test.each<[string, object]>([
    ['no serial number', { components: [model] }],
    ['a serial number that is none', { serialNumber: 'urn:uuid:x', components: [model] }],
    [
      'a package',
      { serialNumber: `urn:uuid:${SERIAL}`, components: [{ ...model, type: 'library' }] },
    ],
    [
      'no bom-ref',
      { serialNumber: `urn:uuid:${SERIAL}`, components: [{ ...model, 'bom-ref': undefined }] },
    ],
    [
      'a bom-ref that two elements bear',
      { serialNumber: `urn:uuid:${SERIAL}`, components: [model, { ...model, name: 'n' }] },
    ],
  ])('%s gives no name', async (_, bom) => {
    const facts = await read(bom);
    expect(
      facts.nodes.filter(({ ref }) => ref.includes('#the model') && ref.startsWith('bom:')),
    ).toEqual([]);
  });

  test('another version is another name', async () => {
    const later = await read({
      serialNumber: `urn:uuid:${SERIAL}`,
      version: 2,
      components: [model],
    });
    expect(lines(later, 'specializationOf')).toEqual([`sha256:${HEX} bom:${SERIAL}/2#the model`]);
  });
});
