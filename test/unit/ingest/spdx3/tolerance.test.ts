// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { problemCodes } from '../../../support/cyclonedx-reading.ts';
import { spdxEdges } from '../../../support/spdx2-reading.ts';
import {
  element,
  iri,
  readSpdx3Bytes,
  relates,
  spdx3Facts,
  spdx3With,
} from '../../../support/spdx3-reading.ts';

const pkg = (name: string, more: object = {}): object => element('software_Package', name, more);
const HEX = sha256('a').slice(7);

function conformant(document: object): boolean | null {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  return readSpdx3Bytes(bytes, { strict: true }).conformant;
}

describe('names of relationships in the capitals of SPDX 2', () => {
  const document = (type: string): object =>
    spdx3With(
      ['root'],
      ...['root', 'a', 'b'].map((name) => pkg(name)),
      relates('root contains a'),
      relates(`a ${type} b`),
    );

  test.each([
    ['CONTAINS', ['a contains b']],
    ['HAS_DISTRIBUTION_ARTIFACT', ['a hasDistributionArtifact b']],
    ['DESCENDANT_OF', ['a wasDerivedFrom b']],
  ])('%s', (type, edges) => {
    const facts = spdx3Facts(document(type));
    const found = spdxEdges(facts, 'contains', 'hasDistributionArtifact', 'wasDerivedFrom');
    expect(found.filter((edge) => edge.startsWith('a '))).toEqual(edges);
    expect(problemCodes(facts)).toContain('relationship-spelling');
    expect(conformant(document(type))).toBe(false);
  });

  test('what DESCRIBES names is what the document is about', () => {
    const facts = spdx3Facts(spdx3With([], pkg('a'), pkg('b'), relates('doc DESCRIBES b')));
    expect(facts.subjects.map((id) => facts.nodes[id]?.names[0])).toEqual(['b']);
  });

  test.each(['NO_SUCH_THING', 'Contains', 'CONTAINS_', '__PROTO__', 'CONSTRUCTOR'])(
    '%s is none',
    (type) => {
      const facts = spdx3Facts(document(type));
      expect(problemCodes(facts)).toContain('relationship-unknown');
      expect(spdxEdges(facts, 'contains')).not.toContain('a contains b');
    },
  );

  test('one of many is listed', () => {
    const types = ['CONTAINS', 'DESCENDANT_OF', 'USES_TOOL'];
    const relations = types.map((type) => relates(`a ${type} b`));
    const facts = spdx3Facts(spdx3With(['a'], pkg('a'), pkg('b'), ...relations));
    expect(problemCodes(facts).filter((code) => code === 'relationship-spelling')).toHaveLength(1);
  });
});

describe('identifiers and hashes that are named instead of held', () => {
  const identifier = (id: string, type: string, text: string): object => ({
    type: 'ExternalIdentifier',
    spdxId: id,
    creationInfo: '_:c',
    externalIdentifierType: type,
    identifier: text,
  });

  test.each(['packageUrl', 'purl'])('%s, before or after the package', (type) => {
    const facts = spdx3Facts(
      spdx3With(
        ['a'],
        identifier('i:1', type, 'pkg:npm/a@1'),
        pkg('a', { externalIdentifier: ['i:1'] }),
        pkg('b', { externalIdentifier: ['i:2'] }),
        identifier('i:2', type, 'pkg:npm/b@2'),
      ),
    );
    expect(facts.nodes.map(({ ref }) => ref)).toEqual(
      expect.arrayContaining(['pkg:npm/a@1', 'pkg:npm/b@2']),
    );
    expect(problemCodes(facts)).toContain('part-by-reference');
  });

  test('a hash', () => {
    const hash = { type: 'Hash', '@id': '_:h', algorithm: 'sha256', hashValue: HEX };
    const document = spdx3With(['a'], pkg('a', { verifiedUsing: ['_:h'] }), hash);
    const refs = spdx3Facts(document).nodes.map(({ ref }) => ref);
    expect(refs).toContain(`sha256:${HEX}`);
    expect(conformant(document)).toBe(true);
  });

  test('a code over several files is no hash, by whatever way', () => {
    const code = {
      type: 'PackageVerificationCode',
      '@id': '_:h',
      algorithm: 'sha256',
      hashValue: HEX,
    };
    const facts = spdx3Facts(spdx3With(['a'], pkg('a', { verifiedUsing: ['_:h'] }), code));
    expect(facts.nodes.map(({ ref }) => ref)).not.toContain(`sha256:${HEX}`);
  });

  test.each([
    ['nothing', 'i:none'],
    ['an element', iri('b')],
    ['a member of every object', 'constructor'],
  ])('what names %s says nothing and is listed', (_name, id) => {
    const facts = spdx3Facts(
      spdx3With(
        ['a'],
        pkg('a', { externalIdentifier: [id] }),
        pkg('b'),
        identifier('i:1', 'packageUrl', 'pkg:npm/x@1'),
      ),
    );
    expect(problemCodes(facts)).toContain('wrong-type');
    expect(facts.nodes.map(({ ref }) => ref)).not.toContain('pkg:npm/x@1');
  });

  test('beside those that are held', () => {
    const held = {
      type: 'ExternalIdentifier',
      externalIdentifierType: 'packageUrl',
      identifier: 'pkg:npm/a@1',
    };
    const facts = spdx3Facts(
      spdx3With(
        ['a'],
        pkg('a', { externalIdentifier: [held, 'i:1', 7] }),
        identifier('i:1', 'cpe23', 'cpe:2.3:a:v:a:1:*:*:*:*:*:*:*'),
      ),
    );
    expect(facts.nodes.map(({ ref }) => ref)).toContain('pkg:npm/a@1');
    expect(problemCodes(facts)).toEqual(
      expect.arrayContaining(['part-by-reference', 'wrong-type']),
    );
  });

  test('held ones conform too', () => {
    const hash = { type: 'Hash', algorithm: 'sha256', hashValue: HEX };
    expect(conformant(spdx3With(['a'], pkg('a', { verifiedUsing: [hash] })))).toBe(true);
  });
});

describe('the id that documents of SPDX 2 have', () => {
  const describes = (id: string): object => ({ ...relates('doc describes b'), from: id });
  const subjects = (...elements: object[]): (string | undefined)[] => {
    const facts = spdx3Facts(spdx3With([], pkg('a'), pkg('b'), ...elements));
    return facts.subjects.map((at) => facts.nodes[at]?.names[0]);
  };

  test('means the document where it is the id of nothing', () => {
    expect(subjects(describes('SPDXRef-DOCUMENT'))).toEqual(['b']);
    const facts = spdx3Facts(spdx3With([], pkg('b'), describes('SPDXRef-DOCUMENT')));
    expect(problemCodes(facts)).toContain('document-by-old-id');
    expect(problemCodes(facts)).not.toContain('dangling-ref');
  });

  test.each(['SPDXRef-document', 'SPDXRef-DOCUMENT-1', 'DOCUMENT'])('%s does not', (id) => {
    expect(subjects(describes(id))).not.toContain('b');
  });

  test('is an element where an element has it', () => {
    const own = { ...pkg('own'), spdxId: 'SPDXRef-DOCUMENT' };
    expect(subjects(own, describes('SPDXRef-DOCUMENT'))).not.toContain('b');
  });
});
