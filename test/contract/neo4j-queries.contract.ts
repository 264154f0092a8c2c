// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Driver } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openNeo4jStore } from '../../graph/adapters/neo4j/store.ts';
import { openTestDriver, TEST_SERVER, wipeTestDatabase } from './neo4j-server.ts';
import { documentOf, edgeOf, factsOf, nodeOf, TestLog } from './store-documents.ts';

const PAGE = join(import.meta.dirname, '../../docs/neo4j.md');

interface DocumentedQuery {
  readonly title: string;
  readonly text: string;
}

/** The Cypher blocks of docs/neo4j.md under their headings, as an analyst would copy them. */
function queriesOf(markdown: string): DocumentedQuery[] {
  return markdown
    .split(/^### /m)
    .slice(1)
    .flatMap((section) => {
      const title = section.slice(0, section.indexOf('\n'));
      return [...section.matchAll(/```cypher\n([^`]*)```/g)].map((block) => ({
        title,
        text: block[1] ?? '',
      }));
    });
}

const provenance = documentOf(
  'provenance',
  factsOf(
    [
      { ref: 'sha256:tuned', kinds: ['Model'], names: ['chat-7b'] },
      nodeOf('run:ci#7', ['Run']),
      { ref: 'sha256:dialogues', kinds: ['Dataset'], names: ['dialogues'] },
      nodeOf('sha256:base', ['Model']),
    ],
    [
      edgeOf(0, 'wasGeneratedBy', 1),
      edgeOf(1, 'used', 2, { role: 'training' }),
      edgeOf(0, 'wasDerivedFrom', 3),
    ],
  ),
);
const card = documentOf(
  'card',
  factsOf(
    [
      { ref: 'sha256:base', kinds: ['Model'], names: ['base-7b'] },
      nodeOf('sha256:web', ['Dataset']),
      { ref: 'sha256:dialogues', kinds: ['File'], names: ['dialogues.parquet'] },
    ],
    [edgeOf(0, 'trainedOn', 1), edgeOf(0, 'trainedOn', 2)],
  ),
);
const release = documentOf(
  'release',
  factsOf(
    [nodeOf('deployment:chat@production', ['Deployment']), nodeOf('sha256:tuned', ['Model'])],
    [edgeOf(0, 'deploys', 1)],
  ),
);
const retracted = documentOf('retracted', factsOf([nodeOf('sha256:gone', ['Model'])]));

const project = 'default';

/** What each query of the page is asked, and what it must say of the documents above. */
const EXPECTED = new Map<string, { parameters: object; rows: object[] }>([
  [
    'Find a thing by name',
    {
      parameters: { name: 'chat-7b' },
      rows: [{ project, ref: 'sha256:tuned', labels: ['Entity', 'Model'] }],
    },
  ],
  [
    'Models trained on a dataset, as stated or through a run',
    {
      parameters: { dataset: 'sha256:dialogues' },
      rows: [
        { project, model: 'sha256:base' },
        { project, model: 'sha256:tuned' },
      ],
    },
  ],
  [
    'What a thing is made of, up to twelve steps',
    {
      parameters: { project, ref: 'sha256:tuned' },
      rows: [
        { ref: 'run:ci#7', labels: ['Entity', 'Run'] },
        { ref: 'sha256:base', labels: ['Entity', 'Model'] },
        { ref: 'sha256:dialogues', labels: ['Dataset', 'Entity', 'File'] },
        { ref: 'sha256:web', labels: ['Dataset', 'Entity'] },
      ],
    },
  ],
  [
    'Deployments that a thing may have reached',
    {
      parameters: { project, ref: 'sha256:web' },
      rows: [{ deployment: 'deployment:chat@production', artefact: 'sha256:tuned' }],
    },
  ],
  [
    'The documents behind an edge',
    {
      parameters: { from: 'run:ci#7', to: 'sha256:dialogues' },
      rows: [
        {
          relation: 'USED',
          document: provenance.document,
          source: 'test',
          pointers: ['/1/2'],
          strength: 'explicit',
          qualifiers: '{"role":"training"}',
        },
      ],
    },
  ],
  [
    'What would leave with a document',
    {
      parameters: { project, document: provenance.document },
      rows: [{ ref: 'run:ci#7', labels: ['Entity', 'Run'] }],
    },
  ],
  [
    'Things that documents disagree about',
    {
      parameters: {},
      rows: [
        { project, ref: 'sha256:dialogues', labels: ['Dataset', 'Entity', 'File'], documents: 2n },
      ],
    },
  ],
  [
    'Documents that are not accepted',
    {
      parameters: {},
      rows: [{ project, standing: 'retracted', format: 'test', documents: 1n }],
    },
  ],
]);

/** Runs the queries that the documentation gives to analysts. */
export function describeNeo4jQueries(): void {
  describe('docs/neo4j.md', { timeout: 120_000 }, () => {
    const queries = queriesOf(readFileSync(PAGE, 'utf8'));
    let driver: Driver;

    beforeAll(async () => {
      await wipeTestDatabase();
      const store = await openNeo4jStore(TEST_SERVER);
      const log = new TestLog();
      await log.accept(store, [provenance, card, release, retracted]);
      await store.place([log.retractionOf(retracted)]);
      await store.close();
      driver = openTestDriver();
    }, 120_000);

    afterAll(async () => {
      await driver.close();
    });

    test('every query of the page is tested, and no other', () => {
      expect(queries.map(({ title }) => title)).toEqual([...EXPECTED.keys()]);
    });

    test.each(queries)('$title', async ({ title, text }) => {
      const expected = EXPECTED.get(title);
      const { records } = await driver.executeQuery(text, expected?.parameters ?? {});
      const rows = records.map((record): Record<string, unknown> => {
        const row: Record<string, unknown> = record.toObject();
        const labels: unknown = row['labels'];
        // Neo4j promises no order of labels
        return Array.isArray(labels) ? { ...row, labels: [...labels].sort() } : row;
      });
      expect(rows).toEqual(expected?.rows);
    });
  });
}
