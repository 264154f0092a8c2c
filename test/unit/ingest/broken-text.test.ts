// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { sha256 } from '../../../core/digest.ts';
import { readDocument, type ReadDocument } from '../../../ingest/extract/registry.ts';

/** A BOM of one component whose name is written so. */
function readNamed(name: string, strict: boolean, largeBytes?: number): Promise<ReadDocument> {
  const components = `[{"type":"library","bom-ref":"a","name":"${name}"}]`;
  const bom = `{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":${components}}`;
  const bytes = new TextEncoder().encode(bom);
  return readDocument(bytes, { digest: sha256(bytes), strict }, largeBytes);
}

const codesOf = ({ reading }: ReadDocument): readonly string[] =>
  reading.facts.problems.map(({ code }) => code);
const namesOf = ({ reading }: ReadDocument): readonly string[] =>
  reading.facts.nodes.flatMap(({ names }) => names);

test.each(['n\\ud800', 'n\\uDC00x', '\\udc00\\ud800'])(
  'half a surrogate pair (%s) is read as U+FFFD, listed, and refused by strict mode',
  async (name) => {
    const plain = await readNamed(name, false);
    expect(codesOf(plain)).toContain('text-broken');
    expect(plain.reading.conformant).toBeNull();
    expect(namesOf(plain).some((text) => text.includes('\ufffd'))).toBe(true);
    const strict = await readNamed(name, true);
    expect(strict.reading.conformant).toBe(false);
    expect(strict.reading.conformanceProblems.map(({ code }) => code)).toContain('text-broken');
    expect(codesOf(await readNamed(name, true, 1))).toContain('text-broken');
  },
);

test.each(['n', 'n\\ud83d\\ude00', 'n\\\\ud800', '\u{1f600}'])(
  'whole text (%s) is not',
  async (name) => {
    const { reading } = await readNamed(name, true);
    expect(reading.facts.problems.map(({ code }) => code)).not.toContain('text-broken');
    expect(reading.conformant).toBe(true);
  },
);
