// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { osvReader } from '../../../../ingest/extract/osv.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectOsv } from '../../../../schemas/osv/detect.ts';
import { findPackagePurl, withVersion } from '../../../../schemas/osv/purl.ts';
import {
  assertSound,
  codesOf,
  corpusOf,
  readWith,
  refEdges,
} from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { assertCarriesNothing } from '../tool-report/read.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const COMMIT = '8d8242f545e9cec3e6d0d2e3f5bde8be1c659735';

function factsOf(document: object | string | Uint8Array): Facts {
  const input =
    typeof document === 'string' || document instanceof Uint8Array
      ? document
      : JSON.stringify(document);
  const { facts } = readWith(detectOsv, osvReader, input);
  assertSound(facts);
  assertCarriesNothing(facts);
  return facts;
}

const advisory = (affected: readonly object[], more: object = {}): object => ({
  id: 'GHSA-1',
  modified: '2026-01-01T00:00:00Z',
  affected,
  ...more,
});

const pypi = { ecosystem: 'PyPI', name: 'p' };
const range = (events: readonly object[], type = 'ECOSYSTEM'): object => ({ type, events });

/** `status thing` of each statement. */
function statuses(facts: Facts): string[] {
  return facts.edges
    .filter(({ relation }) => relation === 'hasStatus')
    .map(({ to, qualifiers }) => {
      const ref = facts.nodes[to]?.ref ?? '';
      return `${qualifiers['status']} ${ref.startsWith('local:') ? ref.slice(ref.indexOf('#')) : ref}`;
    })
    .sort();
}

describe('what is affected', () => {
  test('a range is of the package; its ends are versions', () => {
    const events = [
      { introduced: '0' },
      { fixed: '1.2' },
      { introduced: '2.0' },
      { last_affected: '2.3' },
    ];
    const facts = factsOf(advisory([{ package: pypi, ranges: [range(events)] }]));
    expect(statuses(facts)).toEqual([
      'affected #Package/pkg:pypi/p',
      'affected pkg:pypi/p@2.0',
      'affected pkg:pypi/p@2.3',
      'fixed pkg:pypi/p@1.2',
    ]);
    expect(refEdges(facts, 'namedAs')).toEqual([
      '#Package/pkg:pypi/p namedAs name:PyPI/p',
      '#Package/pkg:pypi/p namedAs pkg:pypi/p',
    ]);
    const whole = facts.edges.find(({ qualifiers }) => qualifiers['range'] !== undefined);
    expect(whole?.qualifiers['range']).toBe(
      'introduced 0, fixed 1.2, introduced 2.0, last_affected 2.3',
    );
  });

  test('a limit is no statement about that version', () => {
    const events = [{ introduced: '0' }, { limit: '9' }];
    const facts = factsOf(advisory([{ package: pypi, ranges: [range(events)] }]));
    expect(statuses(facts)).toEqual(['affected #Package/pkg:pypi/p']);
  });

  test('versions that are listed are affected, each', () => {
    const facts = factsOf(advisory([{ package: pypi, versions: ['1.0', '1.1'] }]));
    expect(statuses(facts)).toEqual([
      'affected #Package/pkg:pypi/p',
      'affected pkg:pypi/p@1.0',
      'affected pkg:pypi/p@1.1',
    ]);
  });

  test('commits of a repository are coordinates', () => {
    const git = {
      ...range([{ introduced: '0' }, { fixed: COMMIT }], 'GIT'),
      repo: 'https://example.org/r.git',
    };
    const facts = factsOf(advisory([{ ranges: [git] }]));
    expect(statuses(facts)).toContain(`fixed git:example.org/r@${COMMIT}`);
  });

  test('a withdrawn advisory affects nothing', () => {
    const affected = [{ package: pypi, versions: ['1.0'] }];
    const facts = factsOf(advisory(affected, { withdrawn: '2026-02-01T00:00:00Z' }));
    expect(statuses(facts)).toEqual(['withdrawn #Package/pkg:pypi/p', 'withdrawn pkg:pypi/p@1.0']);
  });

  test('an ecosystem without a rule stays a name', () => {
    const facts = factsOf(
      advisory([{ package: { ecosystem: 'Photon OS', name: 'x' }, versions: ['1'] }]),
    );
    expect(statuses(facts)).toEqual(['affected #Package/x']);
    expect(refEdges(facts, 'namedAs')).toEqual(['#Package/x namedAs name:Photon OS/x']);
  });

  test('a later edition replaces an earlier one of the same id', () => {
    expect(factsOf(advisory([])).claims).toMatchObject([
      { type: 'supersession', family: 'osv:GHSA-1', version: '2026-01-01T00:00:00Z' },
    ]);
  });

  test('a range that ends where it begins is a problem', () => {
    const events = [{ introduced: '1' }, { fixed: '1' }];
    const facts = factsOf(advisory([{ package: pypi, ranges: [range(events)] }]));
    expect(codesOf(facts)).toEqual(['nondistinct']);
  });

  test('the same advisory as YAML', () => {
    const yaml = `id: GHSA-1
modified: '2026-01-01T00:00:00Z'
affected:
- package: {ecosystem: PyPI, name: p}
  versions: ['1.10']
`;
    expect(statuses(factsOf(yaml))).toEqual([
      'affected #Package/pkg:pypi/p',
      'affected pkg:pypi/p@1.10',
    ]);
  });
});

describe('purls', () => {
  test.each([
    ['PyPI', 'p', 'pkg:pypi/p'],
    ['npm', '@scope/p', 'pkg:npm/%40scope/p'],
    ['Maven', 'org.x:y', 'pkg:maven/org.x/y'],
    ['Go', 'example.org/a/b', 'pkg:golang/example.org/a/b'],
    ['Debian:12', 'p', 'pkg:deb/debian/p'],
    ['crates.io', 'p', 'pkg:cargo/p'],
    ['Hex', 'p', 'pkg:hex/p'],
    ['Hex', 'org/p', 'pkg:hex/org/p'],
    ['ConanCenter', 'p', 'pkg:conan/p'],
    ['Bitnami', 'p', 'pkg:bitnami/p'],
  ])('%s %s is %s', (ecosystem, name, purl) => {
    expect(findPackagePurl(ecosystem, name)).toBe(purl);
  });

  test.each([
    ['Unknown', 'p'],
    ['PyPI', ''],
    [undefined, 'p'],
    ['constructor', 'p'],
    // not in a public registry; an epoch in the version would have to be a qualifier
    ['Root:PyPI', 'p'],
    ['AlmaLinux:9', 'p'],
  ])('%s %j has no purl', (ecosystem, name) => {
    expect(findPackagePurl(ecosystem, name)).toBeUndefined();
  });

  test('a version goes before the qualifiers; a purl that has one takes no other', () => {
    expect(withVersion('pkg:pypi/p', '1+x')).toBe('pkg:pypi/p@1%2Bx');
    expect(withVersion('pkg:pypi/p@1', '2')).toBeUndefined();
    expect(withVersion('pkg:deb/debian/p?arch=source', '2')).toBe('pkg:deb/debian/p@2?arch=source');
  });
});

describe('what is no advisory', () => {
  test.each([
    '{"id":"x"}',
    '{"id":"x","modified":"2026-01-01T00:00:00Z"}',
    '{"id":"x","modified":"yesterday","affected":[]}',
    '{"id":"x","modified":"2026-01-01T00:00:00Z","affected":[],"other":1}',
    '{"id":1,"modified":"2026-01-01T00:00:00Z","affected":[]}',
    'id: x\nmodified: y\n',
    'id: x\nmodified: y\naffected: []\nkind: Pod\n',
  ])('%s is not taken', (text) => {
    expect(detectOsv(decode(new TextEncoder().encode(text)))).toBeUndefined();
  });

  test('any value in any place is read or refused, never more', () => {
    const anything = fc.jsonValue({ maxDepth: 3 });
    const shape = fc.record({ package: anything, ranges: anything, versions: anything });
    fc.assert(
      fc.property(fc.array(fc.oneof(anything, shape)), anything, (affected, aliases) => {
        try {
          factsOf(advisory(affected as object[], { aliases }));
        } catch (error) {
          expect(isPedigreeError(error)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describeShared('real advisories', () => {
  test('each fixed version, and each alias', () => {
    let compared = 0;
    for (const { path, expect: expected } of corpusOf('osv')) {
      const facts = factsOf(readShared('corpus', path));
      const fixed = facts.edges.filter(({ qualifiers }) => qualifiers['event'] === 'fixed');
      const versions = new Set(
        fixed.map(({ to }) =>
          decodeURIComponent(facts.nodes[to]?.ref.split('@').at(-1)?.split('?')[0] ?? ''),
        ),
      );
      const isWithPurl = (expected['affected_packages'] as string[]).every((one) =>
        /^(?:PyPI|npm|Go|Maven|RubyGems|Packagist|Alpine|Debian|None)/.test(one),
      );
      if (!isWithPurl || !Array.isArray(expected['fixed'])) continue;
      const repositories = facts.nodes.some(({ ref }) => ref.startsWith('git:'));
      for (const version of expected['fixed'] as string[]) {
        if (/^[0-9a-f]{40}$/.test(version) && !repositories) continue;
        expect([path, version, versions.has(version)]).toEqual([path, version, true]);
        compared++;
      }
      const aliases = refEdges(facts, 'alternateOf').map((edge) => edge.split('/').at(-1));
      expect(aliases).toEqual([...(expected['aliases'] as string[])].sort());
    }
    expect(compared).toBeGreaterThan(30);
  });
});
