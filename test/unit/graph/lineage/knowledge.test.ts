// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import type { LogEvent } from '../../../../graph/domain/log-event.ts';
import { Knowledge, latestEntry } from '../../../../graph/lineage/knowledge.ts';
import {
  documentDigest,
  entryTime,
  envelopeDigest,
  Sketch,
  step,
  WHO,
} from '../../../support/sketch.ts';

const DIGESTS = Array.from({ length: 5 }, (_, at) => sha256(`document ${at}`));
const digestArbitrary = fc.constantFrom(...DIGESTS);

/** Any event about few documents in two projects, envelopes and members included. */
const eventArbitrary: fc.Arbitrary<LogEvent> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        document: digestArbitrary,
        outer: fc.option(digestArbitrary),
        project: fc.constantFrom('default', 'other'),
        standing: fc.constantFrom('accepted', 'pending', 'quarantined'),
        signed: fc.option(digestArbitrary),
        status: fc.constantFrom('passed', 'undetermined', 'failed'),
      })
      .map(({ document, outer, project, standing, signed, status }): LogEvent => {
        return {
          type: standing,
          standing,
          project,
          document,
          sizeBytes: 1,
          format: 'test',
          version: null,
          statementKind: 'link',
          source: 'test',
          extractor: 'test/1',
          facts: null,
          unpackedFrom: outer === document ? null : outer,
          signature:
            signed === null
              ? null
              : {
                  status,
                  signers: status === 'passed' ? [WHO.builder] : [],
                  findings: [],
                  payload: signed,
                  evidence: [],
                },
          trustRoots: sha256('roots'),
          collateral: [],
          reasons: [],
          submittedBy: 'tester',
          receivedAt: entryTime(0),
        };
      }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(digestArbitrary, fc.constantFrom('retracted', 'reinstated'))
      .map(([document, type]): LogEvent => ({
        type,
        project: 'default',
        document,
        reason: 'test',
        by: WHO.owner,
        receivedAt: entryTime(0),
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(digestArbitrary, fc.option(digestArbitrary), fc.boolean())
      .map(([document, withdraws, effective]): LogEvent => ({
        type: 'revocation',
        project: 'default',
        document,
        target: 'name:x',
        reason: 'test',
        severity: null,
        since: null,
        until: null,
        withdraws,
        fixed: [],
        effective,
        by: WHO.owner,
        receivedAt: entryTime(0),
      })),
  },
  {
    weight: 1,
    arbitrary: digestArbitrary.map((content): LogEvent => ({
      type: 'policy',
      kind: 'SignerPolicy',
      name: 'test',
      project: 'default',
      content,
      by: WHO.owner,
      receivedAt: entryTime(0),
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constant<LogEvent>({
      type: 'administration',
      action: 'genesis',
      origin: 'example.org/log',
      logKey: WHO.owner,
      policyRoots: [WHO.owner],
      threshold: 1,
      project: 'default',
      receivedAt: entryTime(0),
    }),
  },
);

function fold(events: readonly LogEvent[], into: Knowledge = new Knowledge()): Knowledge {
  for (const event of events) into.apply(event);
  return into;
}

/** Everything that can be asked of it. */
function told(knowledge: Knowledge): unknown {
  const end = knowledge.size;
  return {
    size: end,
    genesis: knowledge.genesis,
    revocations: knowledge.revocations,
    policies: knowledge.policies,
    decisions: knowledge.decisions,
    documents: knowledge.documents.map((document) => ({
      ...document,
      live: knowledge.isLive(document, end),
      standing: knowledge.standing(document, end),
      now: knowledge.signaturesFor(document, end),
      ever: knowledge.signaturesEver(document, end),
      found: knowledge.findDocument(document.project, document.digest)?.id,
    })),
    unknown: DIGESTS.map((digest) => knowledge.findDocument('default', digest)?.id),
  };
}

const historyArbitrary = fc
  .array(eventArbitrary, { maxLength: 25 })
  .chain((events) => fc.tuple(fc.constant(events), fc.nat({ max: events.length })));

function truncateIsUndo(make: () => Knowledge) {
  return fc.property(historyArbitrary, ([events, size]) => {
    const cut = fold(events, make());
    cut.truncate(size);
    expect(told(cut)).toEqual(told(fold(events.slice(0, size))));
    // and what is folded on top of it is as if nothing had happened
    expect(told(fold(events.slice(size), cut))).toEqual(told(fold(events)));
  });
}

describe('truncate', () => {
  test('k events folded and cut to j are j events folded', () => {
    fc.assert(
      truncateIsUndo(() => new Knowledge()),
      { numRuns: 300 },
    );
  });

  test('planted fault: forgetting to cut the members of an archive is noticed', () => {
    class Forgetful extends Knowledge {
      override truncate(size: number): void {
        const members = new Map(this.documents.map((one) => [one.id, [...one.members]]));
        super.truncate(size);
        for (const document of this.documents) {
          document.members.splice(0, Infinity, ...(members.get(document.id) ?? []));
        }
      }
    }
    const broken = fc.check(
      truncateIsUndo(() => new Forgetful()),
      { numRuns: 300 },
    );
    expect(broken.failed).toBe(true);
  });

  test('planted fault: forgetting to cut tombstones is noticed', () => {
    class Forgetful extends Knowledge {
      override truncate(size: number): void {
        const marks = new Map(this.documents.map((one) => [one.id, [...one.tombstones]]));
        super.truncate(size);
        for (const document of this.documents) {
          document.tombstones.splice(0, Infinity, ...(marks.get(document.id) ?? []));
        }
      }
    }
    const broken = fc.check(
      truncateIsUndo(() => new Forgetful()),
      { numRuns: 300 },
    );
    expect(broken.failed).toBe(true);
  });
});

describe('standing', () => {
  const archive = sha256('archive');

  test('a tombstone that comes first waits for its document', () => {
    const sketch = new Sketch().retract(documentDigest('doc')).add('doc', step([], ['#m1']));
    const document = sketch.knowledge.findDocument('default', documentDigest('doc'));
    expect(document).toBeDefined();
    if (document === undefined) return;
    expect(sketch.knowledge.isLive(document, sketch.size)).toBe(false);
    expect(sketch.knowledge.standing(document, sketch.size)).toBe('retracted');
  });

  test('it wins over a later ingest, by whatever way', () => {
    const sketch = new Sketch().add('doc', step([], ['#m1']));
    sketch.retract(documentDigest('doc'));
    sketch.add('doc', step([], ['#m1'], { by: [WHO.known] }));
    sketch.archive(archive).addInside(archive, 'doc', step([], ['#m1']));
    expect(sketch.ask(['#m1']).affected).toEqual([]);
    sketch.retract(documentDigest('doc'), 'reinstated');
    expect(sketch.ask(['#m1']).affected).toHaveLength(1);
  });

  test('what an archive held leaves with it, unless it came otherwise', () => {
    const sketch = new Sketch().archive(archive);
    sketch.addInside(archive, 'inside', { nodes: { '#m1': 'Model' } });
    sketch.addInside(archive, 'both', { nodes: { '#m2': 'Model' } });
    sketch.add('both', { nodes: { '#m2': 'Model' } });
    sketch.retract(archive);
    const visible = sketch.view().nodesOfKind(['Model']);
    expect(visible.map((found) => sketch.index.refOf(found))).toEqual([
      sketch.index.refOf(sketch.at('#m2')),
    ]);
    sketch.retract(archive, 'reinstated');
    expect(sketch.view().nodesOfKind(['Model'])).toHaveLength(2);
  });

  test('archives inside archives leave together', () => {
    const inner = sha256('inner archive');
    const sketch = new Sketch().archive(archive);
    const event = new Sketch().archive(inner).log[0];
    expect(event?.type).toBe('accepted');
    if (event?.type === 'accepted') sketch.append({ ...event, unpackedFrom: archive });
    sketch.addInside(inner, 'deep', { nodes: { '#m1': 'Model' } });
    expect(sketch.view().nodesOfKind(['Model'])).toHaveLength(1);
    sketch.retract(archive);
    expect(sketch.view().nodesOfKind(['Model'])).toEqual([]);
  });

  test('a retraction of the member alone leaves the archive', () => {
    const sketch = new Sketch().archive(archive);
    sketch.addInside(archive, 'a', { nodes: { '#m1': 'Model' } });
    sketch.addInside(archive, 'b', { nodes: { '#m2': 'Model' } });
    sketch.retract(documentDigest('a'));
    expect(sketch.view().nodesOfKind(['Model'])).toEqual([sketch.at('#m2')]);
  });

  test('in one project only', () => {
    const sketch = new Sketch()
      .add('doc', { nodes: { '#m1': 'Model' } })
      .add('doc', { nodes: { '#m1': 'Model' }, project: 'other' });
    sketch.retract(documentDigest('doc'));
    expect(sketch.view({ projects: ['default'] }).nodesOfKind(['Model'])).toEqual([]);
    expect(sketch.view({ projects: ['other'] }).nodesOfKind(['Model'])).toHaveLength(1);
  });

  test('a retracted envelope takes its payload along, unless that came otherwise', () => {
    const sketch = new Sketch().add('doc', step([], ['#m1']));
    sketch.retract(envelopeDigest('doc', [WHO.builder]));
    expect(sketch.view().nodesOfKind(['Model'])).toEqual([]);
    sketch.add('doc', { nodes: { '#m1': 'Model' } });
    expect(sketch.ask(['#m1']).affected.map((hit) => hit.path)).toHaveLength(1);
  });
});

describe('as of', () => {
  test('the newest entry before the index counts', () => {
    const sketch = new Sketch().add('doc', { nodes: { '#m1': 'Model' } });
    sketch.add('doc', { nodes: { '#m1': 'Model' }, standing: 'pending' });
    const [document] = sketch.knowledge.documents;
    expect(document).toBeDefined();
    if (document === undefined) return;
    expect(latestEntry(document, 0)).toBeUndefined();
    expect(latestEntry(document, 1)?.standing).toBe('accepted');
    expect(latestEntry(document, 2)?.standing).toBe('pending');
    expect(sketch.knowledge.standing(document, 1)).toBe('accepted');
    expect(sketch.knowledge.standing(document, 0)).toBe('retracted');
  });
});
