// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import type { EvidenceRecord } from '../../../../graph/domain/log-event.ts';
import { classOfRank, type View } from '../../../../graph/lineage/view.ts';
import {
  documentDigest,
  entryTime,
  envelopeDigest,
  node,
  Sketch,
  WHO,
  type SketchDocument,
} from '../../../support/sketch.ts';
import { worldPolicy } from '../../../support/world.ts';

/** Class for and against of a document. */
function classes(sketch: Sketch, name: string, view: View = sketch.view()): [string, string] {
  const document = sketch.knowledge.findDocument('default', documentDigest(name));
  const id = document?.id ?? -1;
  const label = (rank: number | undefined): string =>
    rank === undefined || rank === 0 ? 'none' : classOfRank(rank);
  return [label(view.tables.asSupport[id]), label(view.tables.asThreat[id])];
}

const about = (by?: SketchDocument['by'], more: Partial<SketchDocument> = {}): SketchDocument => ({
  kind: 'link',
  ...(by !== undefined && { by }),
  nodes: { '#model': { kinds: ['Model'], names: ['models/a.onnx'] } },
  subjects: ['#model'],
  ...more,
});

describe('classes', () => {
  test.each<[string, SketchDocument['by'], string]>([
    ['nobody', undefined, 'unsigned'],
    ['somebody known', [WHO.known], 'signed'],
    ['one authorised for another kind', [WHO.steward], 'signed'],
    ['one authorised for this kind', [WHO.builder], 'trusted'],
    ['several, one of them authorised', [WHO.known, WHO.builder], 'trusted'],
  ])('signed by %s', (_, by, expected) => {
    expect(classes(new Sketch().add('doc', about(by)), 'doc')).toEqual([expected, expected]);
  });

  test('a signature that does not hold gives nothing', () => {
    const sketch = new Sketch().add('doc', about([WHO.builder]));
    const failed = new Sketch();
    failed.envelope(sha256('broken'), {
      status: 'failed',
      signers: [WHO.builder],
      findings: [],
      payload: documentDigest('doc'),
      evidence: [],
    });
    failed.addInside(sha256('broken'), 'doc', about());
    expect(classes(failed, 'doc')).toEqual(['unsigned', 'unsigned']);
    expect(classes(sketch, 'doc')).toEqual(['trusted', 'trusted']);
  });

  test('a signature over other bytes gives nothing', () => {
    const sketch = new Sketch();
    sketch.envelope(sha256('other'), {
      status: 'passed',
      signers: [WHO.builder],
      findings: [],
      payload: documentDigest('something else'),
      evidence: [],
    });
    sketch.addInside(sha256('other'), 'doc', about());
    expect(classes(sketch, 'doc')).toEqual(['unsigned', 'unsigned']);
  });

  test('the best envelope counts, in any order; two weak ones make no strong one', () => {
    for (const order of [
      [WHO.known, WHO.builder],
      [WHO.builder, WHO.known],
    ]) {
      const sketch = new Sketch();
      for (const who of order) sketch.add('doc', about([who]));
      expect(classes(sketch, 'doc')).toEqual(['trusted', 'trusted']);
    }
    const weak = new Sketch().add('doc', about([WHO.known])).add('doc', about([WHO.steward]));
    expect(classes(weak, 'doc')).toEqual(['signed', 'signed']);
  });
});

describe('remit', () => {
  const policy = worldPolicy({
    trusted: [{ signers: [WHO.builder], statements: ['link'], subjects: ['models/*'] }],
  });

  test('every subject must be in it, by ref or by label', () => {
    const inside = new Sketch().add('doc', about([WHO.builder]));
    inside.policy = policy;
    expect(classes(inside, 'doc')[0]).toBe('trusted');
    const half = new Sketch().add(
      'doc',
      about([WHO.builder], {
        nodes: {
          '#model': { kinds: ['Model'], names: ['models/a.onnx'] },
          '#other': { kinds: ['Model'], names: ['elsewhere/a.onnx'] },
        },
        subjects: ['#model', '#other'],
      }),
    );
    half.policy = policy;
    expect(classes(half, 'doc')).toEqual(['signed', 'signed']);
  });

  test('a label outside it is outside, a pattern is anchored', () => {
    for (const name of ['xmodels/a', 'models', 'Models/a']) {
      const sketch = new Sketch().add(
        'doc',
        about([WHO.builder], { nodes: { '#model': { kinds: ['Model'], names: [name] } } }),
      );
      sketch.policy = policy;
      expect(classes(sketch, 'doc')[0]).toBe('signed');
    }
  });
});

describe('attested', () => {
  const evidence = (more: Partial<EvidenceRecord> = {}): EvidenceRecord => ({
    kind: 'sev-snp',
    status: 'passed',
    measurement: 'abcd',
    simulated: false,
    findings: [],
    ...more,
  });
  const measurements = [{ kind: 'sev-snp', measurement: 'abcd', statements: ['link'] }];

  function classWith(record: EvidenceRecord, by = WHO.builder, kind = 'link'): string {
    const sketch = new Sketch().add('doc', about([by], { evidence: [record], kind }));
    sketch.policy = worldPolicy({ measurements });
    return classes(sketch, 'doc')[0];
  }

  test('trusted and bound to a measurement that policy authorises for this kind', () => {
    expect(classWith(evidence())).toBe('attested');
  });

  test.each<[string, Partial<EvidenceRecord>]>([
    ['another measurement', { measurement: 'abce' }],
    ['a longer one', { measurement: 'abcdef' }],
    ['another kind of evidence', { kind: 'tdx' }],
    ['evidence that failed', { status: 'failed' }],
    ['evidence that nobody could judge', { status: 'undetermined' }],
    ['simulated evidence', { simulated: true }],
  ])('not with %s', (_, more) => {
    expect(classWith(evidence(more))).toBe('trusted');
  });

  test('genuine evidence adds nothing for a signer who is not authorised: anyone can rent a TEE', () => {
    expect(classWith(evidence(), WHO.known)).toBe('signed');
  });

  test('nor for a kind of statement that the measurement may not speak for', () => {
    expect(classWith(evidence(), WHO.builder, 'provenance')).toBe('trusted');
  });
});

describe('for and against', () => {
  test('a compromised signer speaks no longer for what it signed, and goes on counting against it', () => {
    const sketch = new Sketch().add('doc', about([WHO.builder]));
    sketch.revoke('stolen', `identity:${WHO.builder}`);
    expect(classes(sketch, 'doc')).toEqual(['unsigned', 'trusted']);
    expect(classes(sketch, 'doc', sketch.view({ asOf: 2 }))).toEqual(['trusted', 'trusted']);
  });

  test('another signer of the same document goes on speaking', () => {
    const sketch = new Sketch().add('doc', about([WHO.builder])).add('doc', about([WHO.owner]));
    sketch.revoke('stolen', `identity:${WHO.builder}`);
    expect(classes(sketch, 'doc')).toEqual(['trusted', 'trusted']);
  });

  test('within a window only: by the time at which we received the envelope, not the payload', () => {
    const late = new Sketch().add('doc', about());
    late.add('filler', about());
    late.add('doc', about([WHO.builder]));
    const received = entryTime(2);
    late.revoke('stolen', `identity:${WHO.builder}`, { since: received });
    expect(classes(late, 'doc')).toEqual(['unsigned', 'trusted']);
    const early = new Sketch().add('doc', about([WHO.builder]));
    early.revoke('stolen', `identity:${WHO.builder}`, { since: entryTime(1) });
    expect(classes(early, 'doc')).toEqual(['trusted', 'trusted']);
    const until = new Sketch().add('doc', about([WHO.builder]));
    until.revoke('stolen', `identity:${WHO.builder}`, { until: entryTime(0) });
    expect(classes(until, 'doc')).toEqual(['unsigned', 'trusted']);
  });

  test('a claimed compromise changes nothing; one that is taken back neither', () => {
    const claimed = new Sketch().add('doc', about([WHO.builder]));
    claimed.revoke('claimed', `identity:${WHO.builder}`, { effective: false });
    expect(classes(claimed, 'doc')).toEqual(['trusted', 'trusted']);
    const lifted = new Sketch().add('doc', about([WHO.builder]));
    const target = `identity:${WHO.builder}`;
    lifted.revoke('stolen', target);
    lifted.revoke('found again', target, { withdraws: documentDigest('stolen') });
    expect(classes(lifted, 'doc')).toEqual(['trusted', 'trusted']);
  });

  test('an envelope that is judged worse later counts less for, never less against', () => {
    const sketch = new Sketch().add('doc', about([WHO.builder]));
    sketch.envelope(envelopeDigest('doc', [WHO.builder]), {
      status: 'undetermined',
      signers: [],
      findings: ['signer-unknown'],
      payload: documentDigest('doc'),
      evidence: [],
    });
    expect(classes(sketch, 'doc')).toEqual(['unsigned', 'trusted']);
  });

  test('an envelope that is retracted counts neither way', () => {
    const sketch = new Sketch().add('doc', about()).add('doc', about([WHO.builder]));
    sketch.retract(envelopeDigest('doc', [WHO.builder]));
    expect(classes(sketch, 'doc')).toEqual(['unsigned', 'unsigned']);
  });

  test('nor does one whose archive is retracted', () => {
    const archive = sha256('archive');
    const envelope = sha256('inner envelope');
    const sketch = new Sketch().archive(archive);
    sketch.append({
      ...envelopeEvent(sketch, envelope),
      unpackedFrom: archive,
    });
    sketch.addInside(envelope, 'doc', about());
    sketch.add('doc', about());
    expect(classes(sketch, 'doc')).toEqual(['trusted', 'trusted']);
    sketch.retract(archive);
    expect(classes(sketch, 'doc')).toEqual(['unsigned', 'unsigned']);
    sketch.retract(archive, 'reinstated');
    expect(classes(sketch, 'doc')).toEqual(['trusted', 'trusted']);
  });

  test('what another project says is not seen from this one', () => {
    const sketch = new Sketch().add('doc', about([WHO.builder], { project: 'other' }));
    const document = sketch.knowledge.findDocument('other', documentDigest('doc'));
    const view = sketch.view({ projects: ['default'] });
    expect(view.tables.asThreat[document?.id ?? -1]).toBe(0);
    expect(sketch.view().tables.asThreat[document?.id ?? -1]).toBeGreaterThan(0);
  });
});

function envelopeEvent(sketch: Sketch, digest: ReturnType<typeof sha256>) {
  const scratch = new Sketch();
  for (let at = 0; at < sketch.size; at++) scratch.archive(sha256(`filler ${at}`));
  scratch.envelope(digest, {
    status: 'passed',
    signers: [WHO.builder],
    findings: [],
    payload: documentDigest('doc'),
    evidence: [],
  });
  const event = scratch.log.at(-1);
  if (event === undefined || event.type !== 'accepted') throw new Error('no envelope');
  return event;
}

test('the sketches name what they are about', () => {
  const sketch = new Sketch().add('doc', about());
  expect(sketch.index.find(node('#model'))).toBeDefined();
});
