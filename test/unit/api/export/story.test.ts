// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { factsOf, type Exported } from '../../../../api/export/account.ts';
import { DOCUMENT_FORMATS, exportAs, type DocumentFormat } from '../../../../api/export/formats.ts';
import type { Projection } from '../../../../api/export/projection.ts';
import { projectRef } from '../../../../api/service/exports.ts';
import { arrayMember, parseJson, stringMember, valueAt } from '../../../../core/json.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { checkCyclonedxConformance } from '../../../../schemas/cyclonedx/conformance.ts';
import { compareRoundTrip } from '../../../support/round-trip.ts';
import { describeShared } from '../../../support/shared.ts';
import {
  CHAIN,
  ingestSamples,
  OBSERVERS,
  openStoryWorld,
  STORY_DIGESTS,
  storyDigest,
} from '../../../support/story-world.ts';
import type { World } from '../../../support/world.ts';

type Json = Record<string, unknown>;

const ENGINE = 'pedigree/test';
const NOTHING = { missing: [], invented: [], wronglyListed: [] };
const V2 = 'models/triage-v2/model.onnx';
const TRAIN = 'data/split/train.csv';

/** The document as an object that a test may break. */
function documentOf({ bytes }: Exported): Json {
  return JSON.parse(new TextDecoder().decode(bytes)) as Json;
}

function toBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

describeShared('the story, exported', () => {
  let world: World;
  beforeAll(async () => {
    world = await openStoryWorld();
    await ingestSamples(world, [...CHAIN, ...OBSERVERS]);
  });
  afterAll(() => world.close());

  const project = (ref: string, direction: Projection['direction'] = 'up'): Promise<Projection> =>
    projectRef(world.pedigree, ref, direction);
  const exportV2 = async (format: DocumentFormat): Promise<[Projection, Exported]> => {
    const projection = await project(storyDigest(V2));
    return [projection, exportAs(format, projection, ENGINE)];
  };
  /** What is missing of the model after somebody has changed the document. */
  const missingAfter = async (
    format: DocumentFormat,
    change: (document: Json) => void,
  ): Promise<readonly string[]> => {
    const [projection, exported] = await exportV2(format);
    const document = documentOf(exported);
    change(document);
    return (await compareRoundTrip(projection, exported, toBytes(document))).missing;
  };

  describe.each(DOCUMENT_FORMATS)('as %s', (format) => {
    test.each([
      ['up', 'models/'],
      ['both', ''],
    ] as const)(
      'every artefact, %s, comes back (%s*)',
      { timeout: 120_000 },
      async (direction, prefix) => {
        let edges = 0;
        for (const [path, digest] of Object.entries(STORY_DIGESTS)) {
          if (!path.startsWith(prefix)) continue;
          let projection: Projection;
          try {
            projection = await project(digest, direction);
          } catch (error) {
            if (isPedigreeError(error) && error.code === 'ERR_NOT_FOUND') continue;
            throw error;
          }
          const exported = exportAs(format, projection, ENGINE);
          edges += projection.edges.length;
          expect([path, await compareRoundTrip(projection, exported, exported.bytes)]).toEqual([
            path,
            NOTHING,
          ]);
        }
        expect(edges).toBeGreaterThan(100);
      },
    );

    test('the same head gives the same bytes', async () => {
      const [, first] = await exportV2(format);
      const [, second] = await exportV2(format);
      expect(second).toEqual(first);
    });

    test('what is not carried is a fact of the lineage, with a reason, once', async () => {
      const [projection, { notCarried }] = await exportV2(format);
      const facts = new Set(factsOf(projection).map(({ what, ref }) => `${what} ${ref}`));
      const listed = notCarried.map(({ what, ref }) => `${what} ${ref}`);
      expect(listed.filter((fact) => !facts.has(fact))).toEqual([]);
      expect(new Set(listed).size).toBe(listed.length);
      expect(notCarried.filter(({ why }) => why === '')).toEqual([]);
    });

    test('the training chain is carried: data, runs, code and the model before', async () => {
      const [projection, { notCarried }] = await exportV2(format);
      const certain = projection.edges.filter(
        ({ relation, certain }) =>
          certain && ['used', 'wasGeneratedBy', 'trainedOn', 'wasDerivedFrom'].includes(relation),
      );
      const left = new Set(
        notCarried
          .filter(({ what }) => what.startsWith('edge'))
          .map(({ what, ref }) => `${what} ${ref}`),
      );
      const gone = certain.filter(({ from, relation, to }) =>
        left.has(`edge ${relation} ${from} -> ${to}`),
      );
      const refs = new Set(certain.flatMap(({ from, to }) => [from, to]));
      expect(certain.length).toBeGreaterThan(20);
      expect(gone).toEqual([]);
      for (const path of [
        TRAIN,
        'data/raw/wdbc.csv',
        'data/raw/newbatch.csv',
        'models/triage-v1/model.pkl',
      ]) {
        expect(refs).toContain(storyDigest(path));
      }
    });
  });

  describe('a document that somebody changed', () => {
    test('CycloneDX without a hash: the thing is missed', async () => {
      const missing = await missingAfter('cyclonedx', (bom) => {
        const train = (bom['components'] as Json[]).find(
          (one) => one['bom-ref'] === storyDigest(TRAIN),
        );
        delete train?.['hashes'];
      });
      expect(missing).toContain(`identity | ${storyDigest(TRAIN)}`);
    });

    test('CycloneDX without what the model learned from: the edge is missed', async () => {
      const missing = await missingAfter('cyclonedx', (bom) => {
        const main = (bom['metadata'] as Json)['component'] as Json;
        ((main['modelCard'] as Json)['modelParameters'] as Json)['datasets'] = [];
      });
      expect(missing).toContain(`edge trainedOn | ${storyDigest(V2)} -> ${storyDigest(TRAIN)}`);
    });

    test('CycloneDX without one input of one run: the edge is missed', async () => {
      const missing = await missingAfter('cyclonedx', (bom) => {
        const [formula] = bom['formulation'] as {
          workflows: { tasks: { inputs?: unknown[] }[] }[];
        }[];
        formula?.workflows[0]?.tasks[0]?.inputs?.pop();
      });
      expect(missing.filter((fact) => fact.startsWith('edge used'))).toHaveLength(1);
    });

    test('CycloneDX with a score that nobody measured: the measured one is missed', async () => {
      const missing = await missingAfter('cyclonedx', (bom) => {
        const main = (bom['metadata'] as Json)['component'] as Json;
        const analysis = (main['modelCard'] as Json)['quantitativeAnalysis'] as Json;
        for (const metric of analysis['performanceMetrics'] as Json[]) metric['value'] = '1';
      });
      expect(missing.filter((fact) => fact.startsWith('score'))).not.toEqual([]);
    });

    test('CycloneDX with an ancestor that nobody named: the invention is seen', async () => {
      const [projection, exported] = await exportV2('cyclonedx');
      const document = documentOf(exported);
      const main = (document['metadata'] as Json)['component'] as Json;
      const other = (document['components'] as Json[]).find(
        (one) => one['bom-ref'] === storyDigest('data/raw/wdbc.csv'),
      );
      const { 'bom-ref': _, ...copy } = other ?? {};
      (main['pedigree'] as { ancestors: unknown[] }).ancestors.push(copy);
      const { invented } = await compareRoundTrip(projection, exported, toBytes(document));
      expect(invented).toContain(`${storyDigest(V2)} wasDerivedFrom ${String(other?.['bom-ref'])}`);
    });

    test('SPDX without a relationship: its edges are missed', async () => {
      const missing = await missingAfter('spdx3', (root) => {
        root['@graph'] = (root['@graph'] as Json[]).filter(
          (one) => one['relationshipType'] !== 'trainedOn',
        );
      });
      expect(missing).toContain(`edge trainedOn | ${storyDigest(V2)} -> ${storyDigest(TRAIN)}`);
    });

    test('SPDX without hashes: the things are missed', async () => {
      const missing = await missingAfter('spdx3', (root) => {
        for (const element of root['@graph'] as Json[]) delete element['verifiedUsing'];
      });
      expect(missing).toContain(`identity | ${storyDigest(V2)}`);
    });
  });

  describe('who says what', () => {
    test('CycloneDX: an unsigned BOM is cited as unsigned, at the place of its word', async () => {
      const [, { bytes }] = await exportV2('cyclonedx');
      const root = parseJson(bytes).value;
      const place = '/metadata/component/modelCard/modelParameters/datasets/0';
      expect(valueAt(root, place)).toBeDefined();
      const citing = (arrayMember(root, 'citations') ?? []).filter((one) =>
        arrayMember(one, 'pointers')?.includes(place),
      );
      expect(citing.map((one) => stringMember(one, 'note'))).toEqual(
        expect.arrayContaining([expect.stringMatching(/^unsigned: .*ml-bom-1\.6/)]),
      );
      expect(citing.every((one) => stringMember(one, 'note')?.startsWith('unsigned: '))).toBe(true);
    });

    test('CycloneDX: a signed link is cited as trusted, and every citation leads somewhere', async () => {
      const [, { bytes }] = await exportV2('cyclonedx');
      const root = parseJson(bytes).value;
      const citations = arrayMember(root, 'citations') ?? [];
      const notes = citations.map((one) => stringMember(one, 'note') ?? '');
      expect(notes.some((note) => /^trusted: .*retrain_v2/.test(note))).toBe(true);
      const pointers = citations.flatMap((one) => arrayMember(one, 'pointers') ?? []);
      expect(pointers.length).toBeGreaterThan(20);
      expect(pointers.filter((pointer) => valueAt(root, String(pointer)) === undefined)).toEqual(
        [],
      );
      const evidence = arrayMember(valueAt(root, '/declarations') ?? null, 'evidence') ?? [];
      const refs = new Set(evidence.map((one) => stringMember(one, 'bom-ref')));
      expect(citations.filter((one) => !refs.has(stringMember(one, 'attributedTo')))).toEqual([]);
    });

    test('SPDX: each relationship says its class and its documents', async () => {
      const [, exported] = await exportV2('spdx3');
      const relationships = (documentOf(exported)['@graph'] as Json[]).filter(
        ({ type }) => type === 'Relationship',
      );
      const classOf = (wanted: string): unknown[] =>
        relationships
          .filter((one) => one['relationshipType'] === wanted)
          .map((one) => one['comment']);
      expect(new Set(classOf('trainedOn'))).toEqual(new Set(['unsigned']));
      expect(classOf('hasInput')).toContain('trusted');
      const silent = relationships.filter(
        (one) => !JSON.stringify(one['extension']).includes('pedigree:stated-by'),
      );
      expect(silent).toEqual([]);
    });

    test('a claim of completeness is told only where a trusted document makes it', async () => {
      const [projection, { notCarried }] = await exportV2('cyclonedx');
      const told = documentOf(exportAs('cyclonedx', projection, ENGINE))['compositions'] ?? [];
      const untrusted = {
        ...projection,
        completeness: [
          {
            about: storyDigest(V2),
            covers: 'parts' as const,
            evidence: [
              {
                document: projection.documents[0]?.digest ?? ('' as never),
                class: 'unsigned' as const,
              },
            ],
          },
        ],
      };
      const weak = exportAs('cyclonedx', untrusted, ENGINE);
      expect(documentOf(weak)['compositions']).toBeUndefined();
      expect(weak.notCarried).toContainEqual(
        expect.objectContaining({ what: 'complete parts', ref: storyDigest(V2) }),
      );
      const trusted = {
        ...untrusted,
        completeness: untrusted.completeness.map((claim) => ({
          ...claim,
          evidence: claim.evidence.map((one) => ({ ...one, class: 'trusted' as const })),
        })),
      };
      expect(documentOf(exportAs('cyclonedx', trusted, ENGINE))['compositions']).toHaveLength(1);
      expect(Array.isArray(told) && notCarried.length > 0).toBe(true);
    });
  });

  test('CycloneDX: valid by the official schema, and not once a type is wrong', async () => {
    const [, exported] = await exportV2('cyclonedx');
    expect(checkCyclonedxConformance(parseJson(exported.bytes).value).problems).toEqual([]);
    const broken = documentOf(exported);
    ((broken['metadata'] as Json)['component'] as Json)['type'] = 'model';
    expect(checkCyclonedxConformance(parseJson(toBytes(broken)).value).conformant).toBe(false);
  });
});
