// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { ociManifestReader } from '../../../../ingest/extract/oci-manifest.ts';
import { isEvidenceName } from '../../../../schemas/evidence-file/evidence-file.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectOciManifest } from '../../../../schemas/oci-manifest/detect.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';
import { assertSound, codesOf, readWith, refEdges } from '../../../support/ml-documents.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const EMPTY = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

const part = (name: string, mediaType: string, more: object = {}): object => ({
  mediaType,
  digest: sha256(name),
  size: name.length,
  ...more,
});

const image = (more: object = {}): object => ({
  schemaVersion: 2,
  mediaType: MANIFEST,
  config: part('config', CONFIG),
  layers: [part('layer', LAYER)],
  ...more,
});

function factsOf(document: object): { facts: Facts; self: string } {
  const text = JSON.stringify(document);
  const { facts } = readWith(detectOciManifest, ociManifestReader, text);
  assertSound(facts);
  return { facts, self: sha256(text) };
}

function kindsOf(facts: Facts, ref: string): readonly string[] {
  return facts.nodes.find((node) => node.ref === ref)?.kinds ?? [];
}

describe('manifests', () => {
  test('an image is known by the digest of its manifest and contains config and layers', () => {
    const { facts, self } = factsOf(image());
    expect(kindsOf(facts, self)).toEqual(['Image']);
    expect(refEdges(facts, 'contains').sort()).toEqual(
      [`${self} contains ${sha256('config')}`, `${self} contains ${sha256('layer')}`].sort(),
    );
    expect(facts.subjects.map((id) => facts.nodes[id]?.ref)).toEqual([self]);
  });

  test('what everybody has joins nothing', () => {
    const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: EMPTY, size: 2 };
    const { facts } = factsOf(image({ config: empty, layers: [empty] }));
    expect(facts.edges).toEqual([]);
    expect(facts.nodes.map(({ ref }) => ref)).not.toContain(EMPTY);
  });

  test.each([
    ['application/vnd.cncf.model.weight.v1.tar', 'Model'],
    ['application/vnd.ollama.image.model', 'Model'],
    ['application/vnd.docker.ai.gguf.v3', 'Model'],
    ['application/vnd.cncf.model.dataset.v1.tar', 'Dataset'],
  ])('a layer of %s makes it a %s', (mediaType, kind) => {
    const { facts, self } = factsOf(image({ layers: [part('weights', mediaType)] }));
    expect(kindsOf(facts, self)).toEqual([kind]);
    expect(kindsOf(facts, sha256('weights'))).toEqual([kind]);
  });

  test('a layer that is a file bears its name', () => {
    const annotations = { 'org.opencontainers.image.title': 'model.onnx' };
    const { facts } = factsOf(image({ layers: [part('m', LAYER, { annotations })] }));
    const node = facts.nodes.find(({ ref }) => ref === sha256('m'));
    expect(node).toMatchObject({ kinds: ['Model'], names: ['model.onnx'] });
  });

  test('base image and source', () => {
    const commit = 'a'.repeat(39) + 'b';
    const { facts, self } = factsOf(
      image({
        annotations: {
          'org.opencontainers.image.base.digest': sha256('base'),
          'org.opencontainers.image.source': 'https://git.example.org/team/app',
          'org.opencontainers.image.revision': commit,
        },
      }),
    );
    expect(refEdges(facts, 'wasDerivedFrom').sort()).toEqual(
      [
        `${self} wasDerivedFrom ${sha256('base')}`,
        `${self} wasDerivedFrom git:git.example.org/team/app@${commit}`,
      ].sort(),
    );
  });

  test.each(['sha256:abc', 'latest', ''])(
    'a base digest that is none (%j) is a problem',
    (base) => {
      const annotations = { 'org.opencontainers.image.base.digest': base };
      const { facts } = factsOf(image({ annotations }));
      expect(refEdges(facts, 'wasDerivedFrom')).toEqual([]);
      expect(codesOf(facts)).toEqual(['digest-malformed']);
    },
  );

  test.each([
    ['no digest', { mediaType: LAYER, digest: 'sha256', size: 1 }, 'digest-malformed'],
    ['half a digest', { mediaType: LAYER, digest: 'sha256:abcd', size: 1 }, 'placeholder-digest'],
    [
      'zeros',
      { mediaType: LAYER, digest: `sha256:${'0'.repeat(64)}`, size: 1 },
      'placeholder-digest',
    ],
    ['no size', { mediaType: LAYER, digest: sha256('x') }, 'size-malformed'],
    ['a size below nothing', { mediaType: LAYER, digest: sha256('x'), size: -1 }, 'size-malformed'],
  ])('a layer with %s is a problem', (_, layer, code) => {
    expect(codesOf(factsOf(image({ layers: [layer] })).facts)).toEqual([code]);
  });
});

describe('what is attached', () => {
  test('says what it is about; its documents are about it too; nothing flows', () => {
    const { facts, self } = factsOf({
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: 'application/vnd.cyclonedx+json',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: EMPTY, size: 2 },
      layers: [part('bom', 'application/vnd.cyclonedx+json')],
      subject: part('image', MANIFEST),
    });
    expect(kindsOf(facts, self)).toEqual(['File']);
    expect(refEdges(facts, 'describes').sort()).toEqual(
      [
        `${self} describes ${sha256('image')}`,
        `${sha256('bom')} describes ${sha256('image')}`,
      ].sort(),
    );
    expect(refEdges(facts, 'contains')).toEqual([`${self} contains ${sha256('bom')}`]);
  });

  test('an attestation lies beside the image that it is about, and is no part of it', () => {
    const annotations = {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': sha256('image'),
    };
    const { facts, self } = factsOf({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [
        part('image', MANIFEST, { platform: { os: 'linux', architecture: 'arm64' } }),
        part('attestation', MANIFEST, { annotations }),
      ],
    });
    expect(refEdges(facts, 'contains')).toEqual([`${self} contains ${sha256('image')}`]);
    expect(refEdges(facts, 'describes')).toEqual([
      `${sha256('attestation')} describes ${sha256('image')}`,
    ]);
    const member = facts.nodes.find(({ ref }) => ref === sha256('image'));
    expect(member?.attributes).toMatchObject({ platform: 'linux/arm64' });
  });
});

describe('recognition', () => {
  test.each<[string, unknown]>([
    ['schema 1', { schemaVersion: 1, name: 'x', fsLayers: [] }],
    ['no layers', { schemaVersion: 2, config: part('c', CONFIG) }],
    ['a list of other things', { schemaVersion: 2, manifests: [{ name: 'x' }] }],
    ['an empty list without a type', { schemaVersion: 2, manifests: [] }],
    ['a CSAF of some kind', { document: {}, schemaVersion: 2 }],
    ['a version in words', { ...image(), schemaVersion: '2' }],
    ['inherited members', Object.create(image())],
  ])('%s is none', (_, document) => {
    const decoded = decode(new TextEncoder().encode(JSON.stringify(document)));
    expect(detectOciManifest(decoded)).toBeUndefined();
  });

  test('an index of nothing is one', () => {
    const decoded = decode(
      new TextEncoder().encode(
        JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] }),
      ),
    );
    expect(detectOciManifest(decoded)).toEqual({ format: 'oci-manifest', version: '2' });
  });

  test('whatever stands in it, it is read or refused by a code', () => {
    const key = fc.constantFrom(
      ...['config', 'layers', 'manifests', 'subject', 'annotations', 'artifactType', 'mediaType'],
    );
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), (members) => {
        const document = { ...image(), ...members };
        const decoded = decode(new TextEncoder().encode(JSON.stringify(document)));
        if (detectOciManifest(decoded) === undefined) return;
        const { facts } = readWith(detectOciManifest, ociManifestReader, JSON.stringify(document));
        assertSound(facts);
      }),
    );
  });
});

describe('names of evidence', () => {
  test.each(['MLmodel', 'a/b/README.md', 'x.cdx.json', 'X.SPDX', 'step.abc.link', 'model.sig'])(
    '%s',
    (name) => expect(isEvidenceName(name)).toBe(true),
  );
  test.each([
    'model.onnx',
    'xcdx.json',
    '.link',
    'README.md.zip',
    'config.json',
    '',
    'a.cdx.json/b',
  ])('not %j', (name) => expect(isEvidenceName(name)).toBe(false));
});
