// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KnownDocument, KnownSignature } from '../../graph/lineage/knowledge.ts';
import { Knowledge } from '../../graph/lineage/knowledge.ts';
import { View } from '../../graph/lineage/view.ts';
import { allAnswers, clearRefs, severities } from '../support/answers.ts';
import {
  documentsArbitrary,
  shuffledArbitrary,
  sketchOf,
  strangeDocumentsArbitrary,
  TARGETS,
  type NamedDocument,
} from '../support/arbitrary-sketch.ts';
import { documentDigest, envelopeDigest, Sketch, WHO } from '../support/sketch.ts';

/**
 * The invariants of DESIGN.md 1 over the lineage index alone, without a store: hundreds of small worlds in seconds. The
 * same invariants over whole worlds, on every store, are in the other files of this folder.
 */
const CLASSES = ['unsigned', 'trusted'] as const;
const RUNS = { numRuns: 60 };
/** A planted fault is found by the first case that shows it. */
const PLANTED = { numRuns: 1000, endOnFailure: true };

function answersOf(sketch: Sketch, asOf = sketch.size): string[] {
  return CLASSES.flatMap((minClass) => allAnswers(sketch.view({ asOf, minClass }), TARGETS));
}

type Answer = (sketch: Sketch) => unknown;

function orderFree(answer: Answer) {
  const worlds = documentsArbitrary.chain((list) =>
    fc.tuple(fc.constant(list), shuffledArbitrary(list)),
  );
  return fc.property(worlds, ([list, shuffled]) => {
    expect(answer(sketchOf(shuffled))).toEqual(answer(sketchOf(list)));
  });
}

describe('2. order-free and idempotent', () => {
  test('any order and repetition gives the same answers, witness paths included', () => {
    fc.assert(orderFree(answersOf), RUNS);
  });

  test('and whether arcs stand in the base or in the overlay', () => {
    fc.assert(
      fc.property(documentsArbitrary, fc.nat(10), (list, at) => {
        const folded = new Sketch();
        list.forEach((one, index) => {
          sketchOf([one], folded);
          if (index === at) folded.index.compact(true);
        });
        expect(answersOf(folded)).toEqual(answersOf(sketchOf(list)));
      }),
      RUNS,
    );
  });

  test('planted fault: an answer in the order of discovery is noticed', () => {
    const discovered: Answer = (sketch) => {
      const view = sketch.view();
      return TARGETS.map((ref) => {
        const walk = view.walk('down');
        const seed = view.index.find(ref);
        walk.run(seed === undefined ? [] : [seed], view.filter);
        return [...walk.visited].map((found) => view.index.refOf(found));
      });
    };
    expect(fc.check(orderFree(discovered), PLANTED).failed).toBe(true);
  });

  test('planted fault: a leader that is the first to come is noticed', () => {
    const first: Answer = (sketch) => {
      const view = sketch.view();
      return view
        .nodesOfKind(['Model'])
        .map((found) => view.index.refOf(Math.min(...view.folding.itemOf(found).members)))
        .sort();
    };
    expect(fc.check(orderFree(first), PLANTED).failed).toBe(true);
  });
});

/** Worlds of which one document is retracted, somewhere after the first time it came. */
const retractions = fc
  .tuple(documentsArbitrary, fc.nat())
  .map(([list, pick]) => ({ list, gone: list[pick % list.length] as NamedDocument }));

function digestsOf({
  name,
  document,
}: NamedDocument): readonly ReturnType<typeof documentDigest>[] {
  return document.by === undefined
    ? [documentDigest(name)]
    : [documentDigest(name), envelopeDigest(name, document.by)];
}

/** Answers of a view over knowledge that may be faulty. */
function answersWith(knowledge: Knowledge, sketch: Sketch): string[] {
  const { scope } = sketch.view();
  return allAnswers(new View(knowledge, sketch.index, scope), TARGETS);
}

function refold<K extends Knowledge>(sketch: Sketch, into: K): K {
  for (const event of sketch.log) into.apply(event);
  return into;
}

function retractionIsExact(make: () => Knowledge) {
  return fc.property(retractions, fc.boolean(), ({ list, gone }, again) => {
    const never = sketchOf(list.filter(({ name }) => name !== gone.name));
    const sketch = sketchOf(list);
    for (const [digest] of [digestsOf(gone)]) if (digest !== undefined) sketch.retract(digest);
    if (again) sketchOf([gone], sketch);
    // an index that never heard of the document has other node numbers and the same answers
    expect(answersWith(refold(sketch, make()), sketch)).toEqual(
      answersWith(never.knowledge, never),
    );
  });
}

describe('3. exact retraction', () => {
  test('answers are those of a world that never had the document, before and after it comes again', () => {
    fc.assert(
      retractionIsExact(() => new Knowledge()),
      RUNS,
    );
  });

  test('an envelope alone: answers are those of a world in which the statement was never signed', () => {
    fc.assert(
      fc.property(retractions, ({ list, gone }) => {
        fc.pre(gone.document.by !== undefined);
        const { by = [], ...bare } = gone.document;
        const unsigned = { name: gone.name, document: bare };
        const isEnvelope = (one: NamedDocument): boolean =>
          one.name === gone.name && one.document.by?.join() === by.join();
        const never = sketchOf([...list.filter((one) => !isEnvelope(one)), unsigned]);
        const sketch = sketchOf([...list, unsigned]);
        sketch.retract(envelopeDigest(gone.name, by));
        expect(answersOf(sketch)).toEqual(answersOf(never));
      }),
      RUNS,
    );
  });

  test('reinstated: as if nothing had happened; and as of before, the answer of then', () => {
    fc.assert(
      fc.property(retractions, ({ list, gone }) => {
        const sketch = sketchOf(list);
        const before = answersOf(sketch);
        const size = sketch.size;
        const [digest = documentDigest(gone.name)] = digestsOf(gone);
        sketch.retract(digest);
        expect(answersOf(sketch, size)).toEqual(before);
        sketch.retract(digest, 'reinstated');
        expect(answersOf(sketch)).toEqual(before);
      }),
      RUNS,
    );
  });

  test('planted fault: a retraction that a later ingest undoes is noticed', () => {
    class Forgetful extends Knowledge {
      override isLive(document: KnownDocument, asOf: number, without?: KnownDocument): boolean {
        const retracted = document.tombstones.findLast((mark) => mark.index < asOf);
        const came = document.entries.findLast((entry) => entry.index < asOf);
        if (retracted !== undefined && came !== undefined && came.index > retracted.index) {
          return true;
        }
        return super.isLive(document, asOf, without);
      }
    }
    expect(
      fc.check(
        retractionIsExact(() => new Forgetful()),
        PLANTED,
      ).failed,
    ).toBe(true);
  });

  test('planted fault: a retraction that hides nothing is noticed', () => {
    class Deaf extends Knowledge {
      override isLive(): boolean {
        return true;
      }
    }
    expect(
      fc.check(
        retractionIsExact(() => new Deaf()),
        PLANTED,
      ).failed,
    ).toBe(true);
  });
});

/** Every severity of every thing for every bad thing, under both classes. */
function allSeverities(sketch: Sketch, knowledge: Knowledge = sketch.knowledge): number[] {
  return CLASSES.flatMap((minClass) => {
    const { scope } = sketch.view({ minClass });
    const view = new View(knowledge, sketch.index, scope);
    return TARGETS.flatMap((seed) => severities(view, seed, TARGETS));
  });
}

/** Things that an answer calls clear, as `what of which bad thing`, under both classes. */
function allClear(sketch: Sketch, knowledge: Knowledge = sketch.knowledge): Set<string> {
  const found = new Set<string>();
  for (const minClass of CLASSES) {
    const view = new View(knowledge, sketch.index, sketch.view({ minClass }).scope);
    for (const seed of TARGETS) {
      for (const ref of clearRefs(view, seed)) found.add(`${minClass} ${ref} of ${seed}`);
    }
  }
  return found;
}

/** Models and deployments that were known before and are clear only now. */
function newlyClear(before: Sketch, after: Sketch, knowledge: Knowledge): string[] {
  const was = allClear(before);
  const view = before.view();
  const known = (entry: string): boolean => {
    const ref = entry.split(' ')[1] ?? '';
    const found = view.index.find(ref);
    const isCounted = (kind: 'Model' | 'Deployment'): boolean =>
      found !== undefined && view.hasKind(found, kind);
    return isCounted('Model') || isCounted('Deployment');
  };
  return [...allClear(after, knowledge)].filter((entry) => known(entry) && !was.has(entry));
}

/** Which things are certainly affected by trusted evidence: what a gate denies on. */
function denials(sketch: Sketch): string[] {
  const view = sketch.view({ minClass: 'trusted' });
  return TARGETS.flatMap((seed) =>
    severities(view, seed, TARGETS).flatMap((severity, at) =>
      severity === 3 && TARGETS[at] !== seed ? [`${seed} ${TARGETS[at]}`] : [],
    ),
  );
}

function strangersChangeNothing(make: () => Knowledge) {
  const worlds = fc.tuple(documentsArbitrary, strangeDocumentsArbitrary);
  return fc.property(worlds, ([list, strange]) => {
    const before = sketchOf(list);
    const after = sketchOf(strange, sketchOf(list));
    const was = allSeverities(before);
    const is = allSeverities(after, refold(after, make()));
    // 0 is clear: nothing that was more may become it
    is.forEach((severity, at) =>
      expect(Math.sign(severity)).toBeGreaterThanOrEqual(Math.sign(was[at] ?? 0)),
    );
    expect(newlyClear(before, after, refold(after, make()))).toEqual([]);
    expect(denials(after)).toEqual(denials(before));
    for (const document of before.knowledge.documents) {
      const rank = (sketch: Sketch): number =>
        sketch.view().tables.asSupport[
          sketch.knowledge.findDocument(document.project, document.digest)?.id ?? -1
        ] ?? 0;
      // a signature by somebody known is a signature; it never makes trusted
      if (rank(before) >= 4 || rank(after) >= 4) expect(rank(after)).toBe(rank(before));
    }
  });
}

/** Counts everybody's word as the steward's. */
class Gullible extends Knowledge {
  override signaturesFor(document: KnownDocument, asOf: number): KnownSignature[] {
    const { digest, receivedAt } = document;
    const believed = {
      status: 'passed',
      signers: [WHO.steward],
      findings: [],
      payload: digest,
      evidence: [],
      receivedAt,
    } as const;
    return [...super.signaturesFor(document, asOf), believed];
  }
}

describe('4. a stranger changes nothing that matters', () => {
  test('never makes anything clear, never denies, never raises a class to trusted', () => {
    fc.assert(
      strangersChangeNothing(() => new Knowledge()),
      { numRuns: 120 },
    );
  });

  test('planted fault: counting unsigned claims for closure is noticed', () => {
    const faulty = fc.check(
      strangersChangeNothing(() => new Gullible()),
      PLANTED,
    );
    expect(faulty.failed).toBe(true);
  });

  function downgradeIsNotCleaner(make: () => Knowledge) {
    return fc.property(retractions, ({ list, gone }) => {
      const { by } = gone.document;
      fc.pre(by !== undefined);
      const sketch = sketchOf(list);
      const before = allSeverities(sketch);
      const clear = allClear(sketch);
      sketch.envelope(envelopeDigest(gone.name, by ?? []), {
        status: 'undetermined',
        signers: [],
        findings: ['signer-unknown'],
        payload: documentDigest(gone.name),
        evidence: [],
      });
      const knowledge = refold(sketch, make());
      const after = allSeverities(sketch, knowledge);
      after.forEach((severity, at) => expect(severity).toBeGreaterThanOrEqual(before[at] ?? 0));
      expect([...allClear(sketch, knowledge)].filter((entry) => !clear.has(entry))).toEqual([]);
    });
  }

  test('a signature that can no longer be checked makes nothing cleaner', () => {
    fc.assert(
      downgradeIsNotCleaner(() => new Knowledge()),
      { numRuns: 120 },
    );
  });

  test('planted fault: forgetting what a signature once was is noticed', () => {
    class Forgetful extends Knowledge {
      override signaturesEver(document: KnownDocument, asOf: number): KnownSignature[] {
        return this.signaturesFor(document, asOf);
      }
    }
    const faulty = fc.check(
      downgradeIsNotCleaner(() => new Forgetful()),
      PLANTED,
    );
    expect(faulty.failed).toBe(true);
  });

  test('a compromised key makes nothing cleaner', () => {
    fc.assert(
      fc.property(documentsArbitrary, (list) => {
        const sketch = sketchOf(list);
        const before = allSeverities(sketch);
        const clear = allClear(sketch);
        sketch.revoke('stolen', `identity:${WHO.builder}`);
        const after = allSeverities(sketch);
        after.forEach((severity, at) => expect(severity).toBeGreaterThanOrEqual(before[at] ?? 0));
        expect([...allClear(sketch)].filter((entry) => !clear.has(entry))).toEqual([]);
      }),
      RUNS,
    );
  });

  function namesAreNeverCertain(transform: (one: NamedDocument) => NamedDocument) {
    const certain = (list: readonly NamedDocument[]): string[] => {
      const sketch = sketchOf(list);
      const view = sketch.view();
      return TARGETS.flatMap((seed) =>
        severities(view, seed, TARGETS).flatMap((severity, at) =>
          severity === 3 ? [`${seed} ${TARGETS[at]}`] : [],
        ),
      );
    };
    return fc.property(documentsArbitrary, (list) => {
      const nameless = list.map(({ name, document }) => ({
        name,
        document: {
          ...document,
          edges: (document.edges ?? []).filter(([, relation]) => relation !== 'namedAs'),
        },
      }));
      expect(certain(list.map(transform))).toEqual(certain(nameless));
    });
  }

  test('what only names join is never certain', () => {
    fc.assert(
      namesAreNeverCertain((one) => one),
      RUNS,
    );
  });

  test('planted fault: a name step that is not charged is noticed', () => {
    const free = namesAreNeverCertain(({ name, document }) => ({
      name,
      document: {
        ...document,
        edges: (document.edges ?? []).map(([from, relation, to, options]) =>
          relation === 'namedAs' ? [from, 'alternateOf', to] : [from, relation, to, options ?? {}],
        ),
      },
    }));
    expect(fc.check(free, PLANTED).failed).toBe(true);
  });
});

describe('5. asked again, answered the same', () => {
  function asOfIsStable(answer: (sketch: Sketch, asOf: number) => unknown) {
    return fc.property(
      documentsArbitrary,
      documentsArbitrary,
      fc.boolean(),
      (first, later, gone) => {
        const sketch = sketchOf(first);
        const size = sketch.size;
        const then = answer(sketch, size);
        sketchOf(later, sketch);
        const [one] = first;
        if (gone && one !== undefined) sketch.retract(documentDigest(one.name));
        sketch.revoke('stolen', `identity:${WHO.builder}`);
        expect(answer(sketch, size)).toEqual(then);
      },
    );
  }

  test('a later head leaves an answer as of an earlier one as it was', () => {
    fc.assert(asOfIsStable(answersOf), RUNS);
  });

  test('planted fault: an answer that looks past its index is noticed', () => {
    const peeking = asOfIsStable((sketch) => answersOf(sketch, sketch.size));
    expect(fc.check(peeking, PLANTED).failed).toBe(true);
  });
});
