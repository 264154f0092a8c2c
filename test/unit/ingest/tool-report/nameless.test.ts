// SPDX-License-Identifier: Apache-2.0
// A vulnerability without an id cannot be told from others: it is listed and left out, and strict mode refuses the report.
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { readDocument } from '../../../../ingest/extract/registry.ts';
import type { Reading } from '../../../../ingest/extract/extractor.ts';

/** Reports of one finding. */
const REPORTS: readonly [format: string, of: (finding: unknown) => object, place: string][] = [
  [
    'grype-json',
    (match) => ({
      matches: [match],
      source: { type: 'file', target: 'x' },
      descriptor: { name: 'grype', version: '1' },
    }),
    '/matches/0',
  ],
  [
    'trivy-json',
    (found) => ({
      SchemaVersion: 2,
      ArtifactName: 'a',
      ArtifactType: 'filesystem',
      Results: [{ Target: 't', Class: 'lang-pkgs', Vulnerabilities: [found] }],
    }),
    '/Results/0/Vulnerabilities/0',
  ],
  [
    'dependency-track-fpf',
    (finding) => ({
      version: '1.2',
      meta: { application: 'Dependency-Track' },
      project: { name: 'p' },
      findings: [finding],
    }),
    '/findings/0',
  ],
  [
    'osv-scanner',
    (advisory) => ({
      results: [
        {
          source: { path: 'go.mod' },
          packages: [{ package: { name: 'p', version: '1' }, vulnerabilities: [advisory] }],
        },
      ],
    }),
    '/results/0/packages/0/vulnerabilities/0',
  ],
];

/** A finding of each tool with an id. */
const findingOf = (id: unknown): object => ({
  id,
  VulnerabilityID: id,
  vulnerability: { id, vulnId: id },
  artifact: { name: 'p', version: '1' },
  component: { name: 'p', version: '1' },
  PkgName: 'p',
  InstalledVersion: '1',
});

async function read(document: object): Promise<Reading> {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const { reading } = await readDocument(bytes, { digest: sha256(bytes), strict: true });
  return reading;
}

describe.each(REPORTS)('%s', (format, reportOf, place) => {
  test.each([
    ['no finding', 7],
    ['no id', {}],
    ['an id that is no text', findingOf(7)],
    ['an empty id', findingOf('')],
    ['a blank id', findingOf(' \t')],
    ['an id that is too long', findingOf('x'.repeat(10_000))],
  ])('%s', async (_, finding) => {
    const { facts, conformant, conformanceProblems } = await read(reportOf(finding));
    expect(facts.format).toBe(format);
    expect(facts.edges.filter(({ relation }) => relation === 'hasStatus')).toEqual([]);
    const listed = facts.problems.filter(({ code }) => code === 'vulnerability-without-id');
    expect(listed.map(({ pointer }) => pointer)).toEqual([place]);
    expect(conformanceProblems).toEqual(listed);
    expect(conformant).toBe(false);
    // it was found all the same: a report with it never passes
    expect(facts.nodes[0]?.attributes?.['outcome']).toMatch(/^(?:warn|fail)$/);
  });

  test('an id', async () => {
    const { facts, conformant } = await read(reportOf(findingOf('CVE-2020-1')));
    expect(facts.edges.filter(({ relation }) => relation === 'hasStatus')).toHaveLength(1);
    expect(facts.problems.map(({ code }) => code)).not.toContain('vulnerability-without-id');
    expect(conformant).toBe(true);
  });
});

describe('findings that are no list', () => {
  const vulnerabilities = { id: 'CVE-2020-1' };

  test('of osv-scanner: not taken for its report', async () => {
    const packages = [{ package: { name: 'p', version: '1' }, vulnerabilities }];
    const { facts } = await read({ results: [{ source: { path: 'go.mod' }, packages }] });
    expect(facts.format).toBe('opaque');
  });

  test.each(['Vulnerabilities', 'Misconfigurations', 'Secrets'])('of trivy: %s', async (key) => {
    const report = (found: unknown): object => ({
      SchemaVersion: 2,
      ArtifactName: 'a',
      ArtifactType: 'filesystem',
      Results: [{ Target: 't', [key]: found }],
    });
    await expect(read(report(vulnerabilities))).rejects.toMatchObject({
      code: 'ERR_PARSE_DOCUMENT',
      at: `/Results/0/${key}`,
    });
    for (const nothing of [[], null]) {
      const { facts } = await read(report(nothing));
      expect(facts.nodes[0]?.attributes?.['outcome']).toBe('pass');
    }
  });
});
