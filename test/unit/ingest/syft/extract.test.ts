// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { syftReader } from '../../../../ingest/extract/syft.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detect } from '../../../../schemas/detect.ts';
import { problemCodes } from '../../../support/cyclonedx-reading.ts';
import { readSpdxBytes, spdxEdges } from '../../../support/spdx2-reading.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

function read(bytes: Uint8Array, subject?: string): Facts {
  const decoded = decode(bytes);
  const detected = detect(decoded);
  if (detected.format !== 'syft-json') throw new Error('not detected as Syft');
  const context = { digest: sha256(bytes), strict: true };
  const reading = syftReader.read(
    decoded,
    detected,
    subject === undefined ? context : { ...context, subject },
  );
  expect(reading.conformant).toBe(true);
  return reading.facts;
}

function report(members: object): Record<string, unknown> {
  return {
    artifacts: [],
    artifactRelationships: [],
    files: [],
    source: { id: 's', name: 'app', version: '2', type: 'directory', metadata: { path: '.' } },
    descriptor: { name: 'syft', version: '1.0.0' },
    schema: { version: '16.0.0', url: 'https://example.com/anchore/syft/schema.json' },
    ...members,
  };
}

function factsOf(members: object, subject?: string): Facts {
  return read(new TextEncoder().encode(JSON.stringify(report(members))), subject);
}

const artifact = (id: string, more: object = {}): object => ({
  id,
  name: id,
  version: '1',
  type: 'python',
  purl: `pkg:pypi/${id}@1`,
  ...more,
});
const link = (parent: string, type: string, child: string): object => ({ parent, child, type });

describe('a Syft report', () => {
  test('its source contains what was found in it, whether or not a relationship says so', () => {
    const facts = factsOf({
      artifacts: [artifact('a'), artifact('b'), artifact('c')],
      artifactRelationships: [
        link('s', 'contains', 'a'),
        link('b', 'dependency-of', 'a'),
        link('a', 'ownership-by-file-overlap', 'c'),
      ],
    });
    expect(spdxEdges(facts, 'contains')).toEqual([
      'a contains c',
      'app contains a',
      'app contains b',
      'app contains c',
    ]);
    expect(
      facts.dependsOn.map((pair) => pair.map((id) => facts.nodes[id]?.names[0]).join(' ')),
    ).toEqual(['a b']);
    expect(facts.subjects.map((id) => facts.nodes[id]?.names[0])).toEqual(['app']);
    expect(facts.problems).toEqual([]);
  });

  test('files of known content are things, evidence is none', () => {
    const digests = [{ algorithm: 'sha256', value: sha256('f').slice(7) }];
    const facts = factsOf({
      artifacts: [artifact('a')],
      files: [
        { id: 'f', location: { path: '/model.onnx' }, digests },
        { id: 'g', location: { path: '/g' } },
      ],
      artifactRelationships: [
        link('a', 'evident-by', 'f'),
        link('a', 'contains', 'g'),
        link('a', 'evident-by', 'nothing'),
      ],
    });
    const file = facts.nodes.find(({ ref }) => ref === sha256('f'));
    expect(file?.kinds).toEqual(['Model']);
    expect(facts.nodes.flatMap(({ names }) => names)).not.toContain('/g');
    expect(spdxEdges(facts, 'contains')).toEqual(['app contains /model.onnx', 'app contains a']);
    expect(facts.problems).toEqual([]);
  });

  test('an image is known by its manifest, its configuration and where it was pulled from', () => {
    const [manifest, config] = [sha256('manifest'), sha256('config')];
    const facts = factsOf({
      source: {
        id: 's',
        type: 'image',
        metadata: {
          userInput: 'app:latest',
          imageID: config,
          manifestDigest: manifest,
          tags: ['app:latest'],
          repoDigests: [`ghcr.io/x/app@${manifest}`, 'broken'],
        },
      },
    });
    const refs = facts.nodes.map(({ ref }) => ref);
    expect(refs).toEqual(
      expect.arrayContaining([manifest, config, `oci:ghcr.io/x/app@${manifest}`]),
    );
    const root = facts.nodes[facts.subjects[0] ?? -1];
    expect([manifest, config]).toContain(root?.ref);
    expect(root?.kinds).toEqual(['Image']);
    expect(refs.filter((ref) => ref.startsWith('name:'))).toEqual([]);
  });

  test('early schemas: a target instead of metadata, texts instead of objects, no ids', () => {
    const facts = factsOf({
      source: { type: 'directory', target: '/src' },
      artifacts: [
        {
          name: 'a',
          version: '1',
          type: 'rpm',
          purl: '',
          cpes: ['cpe:2.3:a:b:c:1:*:*:*:*:*:*:*'],
          licenses: ['MIT', 'ISC'],
        },
        { name: 'z', version: '', licenses: null, cpes: null },
      ],
    });
    const found = facts.nodes.find(({ names }) => names[0] === 'a');
    expect(found?.attributes).toMatchObject({
      license: 'MIT, ISC',
      cpe: 'cpe:2.3:a:b:c:1:*:*:*:*:*:*:*',
    });
    expect(facts.nodes.map(({ ref }) => ref)).toContain('name:syft/a@1');
    expect(spdxEdges(facts, 'contains')).toEqual(['/src contains a', '/src contains z']);
    expect(facts.problems).toEqual([]);
  });

  test('what the caller says the report is about is joined with the source', () => {
    const facts = factsOf({ artifacts: [artifact('a')] }, 'pkg:oci/app@2');
    expect(facts.nodes[facts.subjects[0] ?? -1]?.ref).toBe('pkg:oci/app@2');
  });

  test('faults are listed', () => {
    const facts = factsOf({
      artifacts: [artifact('a', { purl: 'a-purl' }), artifact('b')],
      artifactRelationships: [
        link('a', 'contains', 'x'),
        link('a', 'contains', 'a'),
        link('a', 'likes', 'b'),
        link('', 'contains', 'a'),
      ],
    });
    expect(problemCodes(facts)).toEqual([
      'dangling-ref',
      'purl-invalid',
      'relationship-incomplete',
      'relationship-unknown',
      'self-containment',
    ]);
  });

  test('any change: facts, or a PedigreeError', () => {
    const text = JSON.stringify(
      report({
        artifacts: [
          artifact('a', {
            metadata: {
              digest: [{ algorithm: 'sha1', value: '2fd4e1c67a2d28fced849ee1bb76e7391b93eb12' }],
            },
          }),
          artifact('b'),
        ],
        files: [
          {
            id: 'f',
            location: { path: '/x' },
            digests: [{ algorithm: 'sha256', value: sha256('f').slice(7) }],
          },
        ],
        artifactRelationships: [link('s', 'contains', 'a'), link('b', 'dependency-of', 'a')],
      }),
    );
    const words = fc.constantFrom(
      '"a"',
      '"s"',
      'source',
      'metadata',
      'digests',
      'purl',
      'files',
      '[',
      'sha256',
      '1',
    );
    const others = fc.constantFrom('__proto__', 'null', '"f"', '{', '', '[1]', '"\\ud800"', '""');
    let count = 0;
    fc.assert(
      fc.property(words, others, fc.nat(text.length), (word, by, at) => {
        try {
          const facts = read(
            new TextEncoder().encode(text.slice(0, at) + text.slice(at).replace(word, by)),
          );
          count++;
          expect(facts.edges.every(({ from, to }) => from !== to)).toBe(true);
          expect(facts.subjects).toHaveLength(1);
        } catch (error) {
          const isUndetected = error instanceof Error && error.message.startsWith('not detected');
          if (!isPedigreeError(error) && !isUndetected) throw error;
        }
      }),
      { numRuns: 300 },
    );
    expect(count).toBeGreaterThan(20);
  });
});

describeShared('the Syft report of the story', () => {
  test('finds the packages that its SPDX form lists', () => {
    const facts = read(readShared('samples', 'syft', 'venv.syft.json'));
    const spdx = readSpdxBytes(readShared('samples', 'syft', 'venv.spdx-2.3.json')).facts;
    const purls = (found: Facts): string[] =>
      found.nodes
        .map(({ ref }) => ref)
        .filter((ref) => ref.startsWith('pkg:'))
        .sort();
    expect(purls(facts)).toEqual(purls(spdx));
    expect(purls(facts).length).toBeGreaterThan(25);
    const root = facts.subjects[0];
    const parts = new Set(
      facts.edges
        .filter(({ from, relation }) => from === root && relation === 'contains')
        .map(({ to }) => to),
    );
    expect(facts.nodes.filter(({ ref }, id) => ref.startsWith('pkg:') && !parts.has(id))).toEqual(
      [],
    );
    expect(
      facts.nodes.some(
        ({ ref }) =>
          ref === 'sha256:5178b044b0f58e885dfed1a560e94e2979091481bcd9e851ddbc6a8785d61700',
      ),
    ).toBe(true);
    expect(facts.problems).toEqual([]);
  });
});
