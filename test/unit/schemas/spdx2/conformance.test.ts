// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { checkSpdx2Conformance } from '../../../../schemas/spdx2/conformance.ts';
import { readSpdx2, SPDX2_FORMATS } from '../../../../schemas/spdx2/read.ts';
import { pkg, related, spdxWith } from '../../../support/spdx2-reading.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { JsonObject } from '../../../../core/canonical-json-jcs.ts';

interface CorpusEntry {
  readonly path: string;
  readonly format: string;
  readonly valid: boolean;
  readonly expect: Readonly<Record<string, unknown>>;
}

function faults(members: Readonly<Record<string, unknown>>): string[] {
  return checkSpdx2Conformance(spdxWith(members) as JsonObject).problems.map(
    ({ pointer }) => pointer,
  );
}

describe('rules of SPDX 2', () => {
  test('a document that keeps them cannot be confirmed, only not refuted', () => {
    const good = { packages: [pkg('a')], relationships: [related('DOCUMENT DESCRIBES a')] };
    expect(checkSpdx2Conformance(spdxWith(good) as JsonObject)).toEqual({
      conformant: null,
      problems: [],
    });
  });

  test.each([
    [{ spdxVersion: 'SPDX-2.2.1' }, '/spdxVersion'],
    [{ spdxVersion: undefined }, '/spdxVersion'],
    [{ dataLicense: 'MIT' }, '/dataLicense'],
    [{ SPDXID: 'SPDXRef-x' }, '/SPDXID'],
    [{ name: '' }, '/name'],
    [{ documentNamespace: 'elasticsearch' }, '/documentNamespace'],
    [{ documentNamespace: 'https://example.com/#x' }, '/documentNamespace'],
    [
      { creationInfo: { created: '2024-01-01T00:00:00.5Z', creators: ['Tool: t'] } },
      '/creationInfo/created',
    ],
    [{ creationInfo: { created: '2024-01-01T00:00:00Z', creators: [] } }, '/creationInfo/creators'],
    [
      { creationInfo: { created: '2024-01-01T00:00:00Z', creators: ['me'] } },
      '/creationInfo/creators/0',
    ],
    [{ packages: [pkg('a_b')] }, '/packages/0/SPDXID'],
    [{ packages: [pkg('a'), pkg('a')] }, '/packages/1/SPDXID'],
    [{ packages: [pkg('a', { downloadLocation: undefined })] }, '/packages/0/downloadLocation'],
    [
      {
        packages: [
          pkg('a', { externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:invalid' }] }),
        ],
      },
      '/packages/0/externalRefs/0/referenceLocator',
    ],
    [{ files: [{ SPDXID: 'SPDXRef-f', fileName: './f' }] }, '/files/0/checksums'],
    [
      { relationships: [related('DOCUMENT DESCRIBES nothing')] },
      '/relationships/0/relatedSpdxElement',
    ],
  ])('%j breaks one at %s', (members, pointer) => {
    expect(faults(members)).toEqual([pointer]);
  });

  test('what is new in 2.3 is a fault before', () => {
    const old = { licenseConcluded: 'MIT', licenseDeclared: 'MIT', copyrightText: 'NONE' };
    const fresh = {
      ...old,
      builtDate: 'x',
      checksums: [{ algorithm: 'BLAKE3', checksumValue: 'x' }],
    };
    expect(faults({ spdxVersion: 'SPDX-2.2', packages: [pkg('a', old)] })).toEqual([]);
    expect(faults({ packages: [pkg('a', fresh)] })).toEqual([]);
    expect(faults({ spdxVersion: 'SPDX-2.2', packages: [pkg('a', fresh)] })).toEqual([
      '/packages/0/checksums/0/algorithm',
      '/packages/0/builtDate',
    ]);
    expect(faults({ spdxVersion: 'SPDX-2.2', packages: [pkg('a')] })).toHaveLength(3);
  });
});

describeShared('conformance of the SPDX 2 documents of the corpus', () => {
  const formats: readonly string[] = SPDX2_FORMATS;
  const manifest = JSON.parse(
    new TextDecoder().decode(readShared('corpus', 'manifest.json')),
  ) as CorpusEntry[];
  const entries = manifest.filter(({ format }) => formats.includes(format));
  const verdict = ({ path, format }: CorpusEntry): false | null =>
    checkSpdx2Conformance(readSpdx2(decode(readShared('corpus', path)), format).form.json)
      .conformant;

  test('what its source calls bad, or a peer cannot parse, breaks a rule', () => {
    const bad = entries.filter(({ valid }) => !valid);
    expect(bad.filter((entry) => verdict(entry) !== false)).toEqual([]);
    expect(bad).toHaveLength(8);
  });

  test('spdx-tools agrees, but for rules on types of references and licence names', () => {
    let compared = 0;
    const differ = entries.filter((entry) => {
      const peer = (entry.expect['peer_spdx_tools'] ?? entry.expect) as Readonly<
        Record<string, unknown>
      >;
      const messages = peer['validation_messages'];
      if (typeof messages !== 'number' && peer['verdict'] === undefined) return false;
      compared++;
      const refuted =
        peer['verdict'] === 'reject' || (typeof messages === 'number' && messages > 0);
      return (verdict(entry) === false) !== (refuted || !entry.valid);
    });
    process.stdout.write(
      `spdx2 conformance: ${compared} compared with spdx-tools, ${differ.length} differ\n`,
    );
    expect(
      differ.map(({ expect: facts }) => {
        const peer = (facts['peer_spdx_tools'] ?? facts) as Readonly<Record<string, unknown>>;
        const first = peer['validation_first'];
        return Array.isArray(first) ? String(first[0]).slice(0, 44) : '';
      }),
    ).toEqual([
      'externalPackageRef type in category SECURITY',
      'externalPackageRef type in category SECURITY',
      'Unrecognized license reference: LicenseRef-2',
      'externalPackageRef type in category SECURITY',
      'externalPackageRef type in category SECURITY',
    ]);
    expect(compared).toBeGreaterThan(80);
  });
});
