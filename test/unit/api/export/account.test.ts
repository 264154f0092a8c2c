// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { Account, factsOf } from '../../../../api/export/account.ts';
import { escapeObeyed, jsonBytes } from '../../../../api/export/json-bytes.ts';
import { exportAs } from '../../../../api/export/formats.ts';
import type { ProjectedNode, Projection } from '../../../../api/export/projection.ts';
import { thingsOf } from '../../../../api/export/things.ts';
import { sha256 } from '../../../../core/digest.ts';
import { instantFromMs } from '../../../../core/instant.ts';
import { levelOf } from '../../../../graph/domain/node-ref.ts';
import type { Kind } from '../../../../graph/domain/kinds.ts';
import type { Relation } from '../../../../graph/domain/relations.ts';

const A = sha256('a');
const B = sha256('b');
const A512 = `sha512:${'ab'.repeat(64)}`;

function node(ref: string, kind: Kind = 'Model', name = ref): ProjectedNode {
  return {
    ref,
    kind,
    kinds: [kind],
    level: levelOf(ref),
    name,
    names: [name],
    attributes: {},
    reach: 'certain',
    isAside: false,
  };
}

function projectionOf(
  nodes: readonly ProjectedNode[],
  edges: readonly (readonly [string, Relation, string])[] = [],
  more: Partial<Projection> = {},
): Projection {
  return {
    roots: [nodes[0]?.ref ?? ''],
    direction: 'up',
    scope: { policy: 'test', asOf: 1 },
    head: { size: 1, root: '00' },
    at: instantFromMs(0),
    nodes,
    edges: edges.map(([from, relation, to]) => ({
      from,
      relation,
      to,
      certain: true,
      evidence: [
        { document: sha256('doc'), class: 'unsigned', strength: 'explicit', qualifiers: {} },
      ],
    })),
    scores: [],
    completeness: [],
    activities: [],
    documents: [],
    skipped: [],
    truncated: false,
    ...more,
  };
}

describe('the account of an export', () => {
  test('what nobody speaks of is not carried', () => {
    const projection = projectionOf([node(A)], [], { skipped: [B], truncated: true });
    const account = new Account(projection, 'no field');
    expect(account.notCarried()).toHaveLength(factsOf(projection).length);
    account.carry('thing', A);
    account.leave('identity', A, 'why');
    expect(account.notCarried()).toEqual(
      expect.arrayContaining([
        { what: 'identity', ref: A, why: 'why' },
        { what: 'boilerplate', ref: B, why: expect.stringContaining('policy') as string },
        { what: 'rest of the lineage', ref: A, why: expect.stringContaining('cut') as string },
      ]),
    );
    expect(account.notCarried().map(({ what }) => what)).not.toContain('thing');
  });

  test('what is carried somewhere stays carried, and what is no fact is not listed', () => {
    const account = new Account(projectionOf([node(A)]), 'no field');
    account.carry('thing', A);
    account.leave('thing', A, 'why');
    account.leave('thing', B, 'why');
    expect(account.isCarried('thing', A)).toBe(true);
    expect(account.isCarried('thing', B)).toBe(false);
    expect(account.notCarried().map(({ ref }) => ref)).not.toContain(B);
  });
});

describe('things', () => {
  test('digests of two algorithms are one thing, of one algorithm never', () => {
    const aliases = projectionOf([node(A), node(A512)], [[A, 'alternateOf', A512]]);
    expect(thingsOf(aliases).all.map(({ digests }) => digests.length)).toEqual([2]);
    const conflict = projectionOf([node(A), node(B)], [[A, 'alternateOf', B]]);
    expect(
      thingsOf(conflict)
        .all.map(({ ref }) => ref)
        .sort(),
    ).toEqual([A, B].sort());
    expect(thingsOf(conflict).naming.map(({ isTold }) => isTold)).toEqual([false]);
  });

  test('not through a third either', () => {
    const chain = projectionOf(
      [node(A), node(A512), node(B)],
      [
        [A, 'alternateOf', A512],
        [A512, 'alternateOf', B],
      ],
    );
    expect(thingsOf(chain).all).toHaveLength(2);
  });
});

describe.each(['cyclonedx', 'spdx3'] as const)('%s', (format) => {
  test('a guess is told as no fact, and listed', () => {
    const projection = projectionOf([node(A), node(B, 'Dataset')], [[A, 'trainedOn', B]]);
    const guess = {
      ...projection,
      edges: projection.edges.map((edge) => ({ ...edge, certain: false })),
    };
    const listed = (one: Projection): string[] =>
      exportAs(format, one, 'x/1').notCarried.map(({ what, ref }) => `${what} ${ref}`);
    expect(listed(projection)).not.toContain(`edge trainedOn ${A} -> ${B}`);
    expect(listed(guess)).toContain(`edge trainedOn ${A} -> ${B}`);
  });

  test('hostile names are text, whatever is in them', () => {
    const hostile = '"},{"type":"x\u202e\u0000\ud800__proto__\u2028<script>';
    const projection = projectionOf([node(A, 'Model', hostile)]);
    const { bytes } = exportAs(format, projection, 'x/1');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(JSON.stringify(JSON.parse(text))).toContain(
      JSON.stringify(hostile.toWellFormed()).slice(1, -1),
    );
  });

  test('a circle of wholes and of ancestors ends', () => {
    const projection = projectionOf(
      [node(A), node(B)],
      [
        [A, 'contains', B],
        [B, 'contains', A],
        [A, 'wasDerivedFrom', B],
        [B, 'wasDerivedFrom', A],
      ],
    );
    expect(exportAs(format, projection, 'x/1').bytes.length).toBeGreaterThan(100);
  });
});

describe('JSON that is shown', () => {
  test('has no character that a terminal obeys, and the same value', () => {
    const value = { a: '\u202e\u009b31m', b: ['\u2028'] };
    const text = new TextDecoder().decode(jsonBytes(value));
    expect(text).toMatch(/^[\x20-\x7e\n]+$/);
    expect(JSON.parse(text)).toEqual(value);
    expect(JSON.parse(escapeObeyed(JSON.stringify(value)))).toEqual(value);
  });
});
