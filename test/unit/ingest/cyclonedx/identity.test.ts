// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  bomWith,
  edgesOf,
  factsOf,
  hexOf,
  problemCodes,
} from '../../../support/cyclonedx-reading.ts';
import type { Facts, NodeFact } from '../../../../graph/domain/facts.ts';

const HEX = hexOf('file');

/** Facts of one component, which is the described one and so the subject. */
function factsOfComponent(component: object): Facts {
  return factsOf(
    bomWith({ metadata: { component: { type: 'library', name: 'thing', ...component } } }),
  );
}

function subject(facts: Facts): NodeFact {
  const node = facts.nodes[facts.subjects[0] ?? -1];
  if (node === undefined) throw new Error('no subject');
  return node;
}

/** Refs that the subject is joined to, by relation. */
function joins(facts: Facts): string[] {
  const id = facts.subjects[0];
  return facts.edges
    .filter(
      ({ from, relation }) =>
        from === id && ['alternateOf', 'specializationOf', 'namedAs'].includes(relation),
    )
    .map(({ relation, to }) => `${relation} ${facts.nodes[to]?.ref}`)
    .sort();
}

describe('the identity of a component', () => {
  test('a hash comes before a purl, which says more about it', () => {
    const facts = factsOfComponent({
      purl: 'pkg:NPM/Thing@1.0',
      hashes: [{ alg: 'SHA-256', content: HEX.toUpperCase() }],
    });
    expect(subject(facts).ref).toBe(`sha256:${HEX}`);
    expect(joins(facts)).toEqual(['specializationOf pkg:npm/thing@1.0']);
  });

  test('hashes of several algorithms are a star around SHA-256, whatever their order', () => {
    const sha512 = 'ab'.repeat(64);
    const facts = factsOfComponent({
      hashes: [
        { alg: 'SHA-512', content: sha512 },
        { alg: 'SHA-256', content: HEX },
        { alg: 'MD5', content: 'd41d8cd98f00b204e9800998ecf8427e' },
      ],
    });
    expect(subject(facts).ref).toBe(`sha256:${HEX}`);
    expect(joins(facts)).toContain(`alternateOf sha512:${sha512}`);
    expect(facts.nodes.some(({ ref }) => ref === 'md5:d41d8cd98f00b204e9800998ecf8427e')).toBe(
      true,
    );
  });

  test('a SHA-256 gitoid is content, of a kind of its own', () => {
    const gitoid = `gitoid:blob:sha256:${HEX}`;
    const facts = factsOfComponent({ omniborId: [gitoid, 'gitoid:blob:sha1:short'] });
    expect(subject(facts).ref).toBe(gitoid);
  });

  test.each([
    ['a placeholder', '0'.repeat(64)],
    ['a word', 'TODO'],
    ['another length', 'ab'.repeat(20)],
  ])('%s is no digest; the name is left, and the fault is listed', (_name, content) => {
    const facts = factsOfComponent({ hashes: [{ alg: 'SHA-256', content }] });
    expect(subject(facts).ref).toMatch(/^local:/);
    expect(problemCodes(facts)).toContain('placeholder-digest');
  });

  test('a purl with a version is a coordinate', () => {
    expect(
      subject(factsOfComponent({ purl: 'pkg:pypi/Flask@2.0', group: 'g', version: '2.0' })).ref,
    ).toBe('pkg:pypi/flask@2.0');
  });

  test('a purl without a version is a name beside others', () => {
    const facts = factsOfComponent({ purl: 'pkg:pypi/thing', version: '2' });
    expect(subject(facts).ref).toMatch(/^local:/);
    expect(joins(facts)).toEqual(['namedAs name:cdx/thing@2', 'namedAs pkg:pypi/thing']);
  });

  test('a purl that is none is listed, and the name is left', () => {
    const facts = factsOfComponent({ purl: 'npm/thing@1' });
    expect(problemCodes(facts)).toEqual(['purl-invalid']);
    expect(joins(facts)).toEqual(['namedAs name:cdx/thing']);
  });

  test('group, name and version are a coordinate', () => {
    expect(subject(factsOfComponent({ group: 'org.acme', version: '1.0' })).ref).toBe(
      'coord:cdx/org.acme/thing@1.0',
    );
  });

  test.each([
    ['no group', { version: '1' }, 'name:cdx/thing@1'],
    ['a placeholder group', { group: 'unknown', version: '1' }, 'name:cdx/thing@1'],
    ['no version', { group: 'org.acme' }, 'name:cdx/org.acme/thing'],
    [
      'a version that names no release',
      { group: 'org.acme', version: 'latest' },
      'name:cdx/org.acme/thing',
    ],
    [
      'a placeholder version',
      { group: 'org.acme', version: 'NOASSERTION' },
      'name:cdx/org.acme/thing',
    ],
    ['blank ones', { group: ' ', version: ' ' }, 'name:cdx/thing'],
  ])('with %s there is only a name', (_name, more, name) => {
    const facts = factsOfComponent(more);
    expect(subject(facts).ref).toMatch(/^local:/);
    expect(joins(facts)).toEqual([`namedAs ${name}`]);
  });

  test.each([
    ['machine-learning-model', 'name:huggingface/model/Org/Name'],
    ['data', 'name:huggingface/dataset/Org/Name'],
  ])('a purl of the Hub is, for a %s, the name that model cards use', (type, name) => {
    expect(joins(factsOfComponent({ type, purl: 'pkg:huggingface/Org/Name' }))).toContain(
      `namedAs ${name}`,
    );
  });

  test.each([
    ['machine-learning-model', 'hf:Org/Name@'],
    ['data', 'hf:datasets/Org/Name@'],
  ])('… and with a full commit, for a %s, the coordinate', (type, prefix) => {
    const commit = '7c41481f57cb95916b40956ab2f0b139b296d974';
    expect(joins(factsOfComponent({ type, purl: `pkg:huggingface/Org/Name@${commit}` }))).toEqual([
      `alternateOf ${prefix}${commit}`,
    ]);
  });

  test.each([
    ['an abbreviated commit', 'machine-learning-model', 'pkg:huggingface/Org/Name@7c41481'],
    [
      'a file of a repository',
      'data',
      'pkg:huggingface/O/N@7c41481f57cb95916b40956ab2f0b139b296d974#w',
    ],
    ['a library', 'library', 'pkg:huggingface/O/N@7c41481f57cb95916b40956ab2f0b139b296d974'],
    ['another registry', 'data', 'pkg:npm/Org@7c41481f57cb95916b40956ab2f0b139b296d974'],
  ])('%s is nothing that model cards name', (_name, type, purl) => {
    expect(joins(factsOfComponent({ type, purl }))).toEqual([]);
  });

  test('a CPE is a name too, where nothing better is known', () => {
    const cpe = 'cpe:2.3:a:acme:thing:1:*:*:*:*:*:*:*';
    expect(joins(factsOfComponent({ cpe }))).toEqual([
      `namedAs name:cdx/thing`,
      `namedAs name:cpe/${cpe}`,
    ]);
    expect(joins(factsOfComponent({ cpe, purl: 'pkg:npm/thing@1' }))).toEqual([]);
  });

  test('a bare path names a file of this document only', () => {
    expect(joins(factsOfComponent({ type: 'file', name: 'src/config.json' }))).toEqual([]);
  });

  test('a name that is too long to keep whole joins nothing', () => {
    const facts = factsOfComponent({ name: 'x'.repeat(5000) });
    expect(facts.nodes.some(({ kinds }) => kinds.includes('Name'))).toBe(false);
  });

  test.each([
    ['machine-learning-model', 'Model'],
    ['data', 'Dataset'],
    ['container', 'Image'],
    ['file', 'File'],
    ['library', 'Package'],
    ['cryptographic-asset', 'Package'],
    ['operating-system', 'Package'],
    ['not-yet-invented', 'Package'],
    [undefined, 'Package'],
  ])('type %s is a %s', (type, kind) => {
    expect(subject(factsOfComponent({ type })).kinds).toEqual([kind]);
  });

  test.each([
    [['configuration', 'configuration'], 'Config'],
    [['source-code'], 'Code'],
    [['configuration', 'dataset'], 'Dataset'],
    [['other'], 'Dataset'],
  ])('data of %j is a %s', (types, kind) => {
    expect(
      subject(factsOfComponent({ type: 'data', data: types.map((type) => ({ type })) })).kinds,
    ).toEqual([kind]);
  });
});

describe('bom-refs', () => {
  test('are local: the same one in two documents is not the same thing', () => {
    const one = factsOf(bomWith({ components: [{ type: 'file', name: 'a', 'bom-ref': 'x' }] }));
    const two = factsOf(
      bomWith({ version: 2, components: [{ type: 'file', name: 'a', 'bom-ref': 'x' }] }),
    );
    const refs = new Set(one.nodes.map(({ ref }) => ref));
    expect(two.nodes.filter(({ ref }) => refs.has(ref))).toEqual([]);
  });

  test('that repeat do not make one thing of two', () => {
    const facts = factsOf(
      bomWith({
        components: [
          { type: 'file', name: 'a', 'bom-ref': 'x' },
          { type: 'file', name: 'b', 'bom-ref': 'x' },
        ],
      }),
    );
    expect(
      facts.nodes.filter(({ kinds }) => kinds.includes('File')).map(({ names }) => names),
    ).toEqual([['a'], ['b']]);
    expect(problemCodes(facts)).toContain('duplicate-bom-ref');
  });

  test('that look like a place of the document are not mistaken for it', () => {
    const facts = factsOf(
      bomWith({
        components: [
          { type: 'file', name: 'a' },
          { type: 'file', name: 'b', 'bom-ref': '/components/0' },
        ],
      }),
    );
    expect(facts.nodes.filter(({ kinds }) => kinds.includes('File'))).toHaveLength(2);
  });

  test('too long to keep whole are told apart', () => {
    const long = 'x'.repeat(4000);
    const facts = factsOf(
      bomWith({
        components: ['a', 'b'].map((name) => ({ type: 'file', name, 'bom-ref': `${long}${name}` })),
      }),
    );
    expect(facts.nodes.filter(({ kinds }) => kinds.includes('File'))).toHaveLength(2);
  });
});

describe('the record of a component', () => {
  test('a distribution with a hash is a file; a URL alone is an attribute', () => {
    const url = 'https://example.org/thing.tgz';
    const hashed = factsOfComponent({
      purl: 'pkg:npm/thing@1',
      externalReferences: [
        { type: 'distribution', url, hashes: [{ alg: 'SHA-256', content: HEX }] },
      ],
    });
    const [edge] = hashed.edges.filter(({ relation }) => relation === 'hasDistributionArtifact');
    expect(hashed.nodes[edge?.to ?? -1]).toMatchObject({
      ref: `sha256:${HEX}`,
      kinds: ['File'],
      names: [url],
    });
    const plain = factsOfComponent({
      purl: 'pkg:npm/thing@1',
      externalReferences: [{ type: 'distribution', url }],
    });
    expect(edgesOf(plain, 'hasDistributionArtifact')).toEqual([]);
    expect(subject(plain).attributes?.['distribution']).toBe(url);
  });

  test('a hash on any other reference is of another thing', () => {
    const facts = factsOfComponent({
      externalReferences: [
        { type: 'vcs', url: 'https://example.org', hashes: [{ alg: 'SHA-256', content: HEX }] },
      ],
    });
    expect(facts.nodes.some(({ ref }) => ref.startsWith('sha256:'))).toBe(false);
  });

  test('a BOM-Link to the BOM of a component says what that BOM describes', () => {
    const url = 'urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1';
    const facts = factsOfComponent({ externalReferences: [{ type: 'bom', url }] });
    expect(edgesOf(facts, 'describes')).toContain(
      'bom:f08a6ccd-4dce-4759-bd84-c626675d60a7/1 describes thing',
    );
  });

  test('suppliers are one node a name, of the component or of the described one', () => {
    const facts = factsOf(
      bomWith({
        metadata: {
          component: { type: 'library', name: 'app' },
          supplier: { name: 'Acme' },
          manufacture: { name: 'Maker' },
          manufacturer: { name: 'Writer' },
        },
        components: [
          { type: 'library', name: 'a', supplier: { name: 'Acme' }, manufacturer: { url: ['x'] } },
        ],
      }),
    );
    expect(edgesOf(facts, 'wasAttributedTo')).toEqual([
      'a wasAttributedTo Acme',
      'app wasAttributedTo Acme',
      'app wasAttributedTo Maker',
      'urn:uuid:11111111-2222-4333-8444-555555555555 wasAttributedTo Writer',
    ]);
    expect(facts.nodes.filter(({ kinds }) => kinds.includes('Supplier'))).toHaveLength(3);
  });

  test('licences of models and data are things of their own, those of packages attributes', () => {
    const licenses = [{ license: { id: 'MIT', acknowledgement: 'declared' } }];
    const model = factsOfComponent({ type: 'machine-learning-model', licenses });
    expect(edgesOf(model, 'hasLicense')).toEqual(['thing hasLicense MIT']);
    const library = factsOfComponent({ licenses });
    expect(edgesOf(library, 'hasLicense')).toEqual([]);
    expect(subject(library).attributes).toMatchObject({ type: 'library', license: 'MIT' });
  });
});
