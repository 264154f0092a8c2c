// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { instantFromMs } from '../../../../core/instant.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { isInForce } from '../../../../graph/lineage/knowledge.ts';
import { mayRevoke } from '../../../../ingest/pipeline.ts';
import { prepareDocument } from '../../../../ingest/prepare.ts';
import { createTrustRoots } from '../../../../attest/trust/roots.ts';
import { StoredCopy } from '../../../support/stored-copy.ts';
import { MemoryBlobs } from '../../../support/memory-blobs.ts';
import {
  brokenSignature,
  file,
  linkOf,
  revocationOf,
  signed,
  tarOf,
} from '../../../support/test-documents.ts';
import { trusted } from '../../../support/test-keys.ts';
import {
  handed,
  inWorld,
  KEYS,
  trustedRoles,
  worldPolicy,
  type World,
  type WorldOptions,
} from '../../../support/world.ts';

const DATA = file('data/d.csv');
const MODEL = file('models/m.onnx');
const LINK = linkOf('train', [DATA], [MODEL]);
const OPTIONS: WorldOptions = { wrapBlobs: () => new MemoryBlobs() };

function withPolicy(more: Parameters<typeof worldPolicy>[0]): WorldOptions {
  return { ...OPTIONS, policy: worldPolicy(more) };
}

async function standings(world: World, documents: readonly Uint8Array[]): Promise<string[]> {
  const outcomes = await world.ingest(documents);
  return outcomes.map(({ standing, format }) => `${standing} ${format}`);
}

describe('standing', () => {
  test.each([
    ['by somebody who is trusted', signed(LINK, KEYS.builder), 'accepted'],
    ['by somebody who is only known', signed(LINK, KEYS.known), 'accepted'],
    ['by a key that nobody knows', signed(LINK, KEYS.stranger), 'pending'],
    [
      'by a known key, with a signature that does not hold',
      brokenSignature(signed(LINK, KEYS.builder)),
      'quarantined',
    ],
  ])('an envelope %s is %s; what it says stays a document', async (_, envelope, standing) => {
    await inWorld(OPTIONS, async (world) => {
      expect(await standings(world, [envelope])).toEqual([
        `${standing} dsse`,
        'accepted in-toto-link',
      ]);
      const payload = world.ledger.knowledge.findDocument('default', sha256(LINK));
      expect(payload?.envelopes).toHaveLength(1);
    });
  });

  test('a document that cannot be read as what it claims is quarantined with its reason', async () => {
    await inWorld(OPTIONS, async (world) => {
      const bytes = new TextEncoder().encode('{"_type":"link","name":"x","materials":7}');
      const [outcome] = await world.ingest([bytes]);
      expect(outcome).toMatchObject({ standing: 'quarantined', known: false });
      expect(outcome?.reasons[0]).toMatch(/^ERR_PARSE_DOCUMENT: /);
      expect(outcome?.reasons[0]).toContain('/materials');
    });
  });

  test('bytes that nobody reads are kept as opaque', async () => {
    await inWorld(OPTIONS, async (world) => {
      expect(await standings(world, [new Uint8Array([0, 1, 2])])).toEqual(['opaque opaque']);
    });
  });

  test('one bad document does not keep the others out', async () => {
    await inWorld(OPTIONS, async (world) => {
      const bad = new TextEncoder().encode('{"_type":"link","name":"x","materials":7}');
      const found = await standings(world, [LINK, bad, signed(LINK, KEYS.builder)]);
      expect(found.map((one) => one.split(' ')[0])).toEqual([
        'accepted',
        'quarantined',
        'accepted',
        'accepted',
      ]);
    });
  });

  test('documents inside one another are bounded', async () => {
    const roots = createTrustRoots([trusted(KEYS.builder)]);
    const trust = { roots, teeAnchors: new Map(), at: instantFromMs(0) };
    let bytes: Uint8Array = LINK;
    for (let depth = 0; depth <= LIMITS.unpackDepth + 2; depth++) {
      bytes = tarOf([{ name: 'inner.json', bytes }]);
    }
    const prepared = await prepareDocument(bytes, 'deep', trust);
    const last = prepared.at(-1);
    expect(last).toMatchObject({ standing: 'quarantined', facts: null });
    expect(last?.reasons[0]).toMatch(/^ERR_LIMIT_DEPTH/);
    expect(prepared).toHaveLength(LIMITS.unpackDepth + 2);
  });
});

describe('a document that is stored elsewhere', () => {
  test('reads like one in memory, and is closed once it is kept', async () => {
    await inWorld(OPTIONS, async (world) => {
      const bytes = new StoredCopy(signed(LINK, KEYS.builder));
      const outcomes = await world.ingest([{ source: 'stored', bytes }]);
      expect(outcomes.map(({ standing, format }) => `${standing} ${format}`)).toEqual([
        'accepted dsse',
        'accepted in-toto-link',
      ]);
      expect(bytes.isClosed).toBe(true);
      expect(await world.pedigree.blobs.find(sha256(signed(LINK, KEYS.builder)))).toBeDefined();
    });
  });

  test('that the disk gives back no more is a fault of the store, told and not logged', async () => {
    await inWorld(OPTIONS, async (world) => {
      const { size } = world.ledger.head;
      for (let reads = 0; reads < 6; reads++) {
        const broken = new StoredCopy(LINK);
        const before = new StoredCopy(signed(LINK, KEYS.builder));
        broken.readsLeft = reads;
        const ingested = world.ingest([
          { source: 'before', bytes: before },
          { source: 'broken', bytes: broken },
        ]);
        await expect(ingested).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
        expect([before.isClosed, broken.isClosed]).toEqual([true, true]);
      }
      expect(world.ledger.head.size).toBe(size);
    });
  });
});

describe('the same document again', () => {
  test('adds nothing, alone or in one group', async () => {
    await inWorld(OPTIONS, async (world) => {
      await world.ingest([signed(LINK, KEYS.builder)]);
      const size = world.ledger.head.size;
      const again = await world.ingest([signed(LINK, KEYS.builder), signed(LINK, KEYS.builder)]);
      expect(world.ledger.head.size).toBe(size);
      expect(again.map(({ known }) => known)).toEqual([true, true, true, true]);
    });
    await inWorld(OPTIONS, async (world) => {
      const size = world.ledger.head.size;
      await world.ingest([LINK, LINK, LINK]);
      expect(world.ledger.head.size).toBe(size + 1);
    });
  });

  test('another way in, another verdict: that is new', async () => {
    await inWorld({ ...OPTIONS, trustedKeys: trustedRoles(KEYS.builder) }, async (world) => {
      const envelope = signed(LINK, KEYS.builder);
      expect(await standings(world, [envelope])).toEqual(['pending dsse', 'accepted in-toto-link']);
      world.trustMore([trusted(KEYS.builder)]);
      expect(await standings(world, [envelope])).toEqual([
        'accepted dsse',
        'accepted in-toto-link',
      ]);
      const id = world.ledger.knowledge.findDocument('default', sha256(LINK))?.id ?? -1;
      const view = world.ledger.view(world.pedigree.scope());
      expect(view.supportClass(id)).toBe('trusted');
      const size = world.ledger.head.size;
      await world.ingest([LINK]);
      expect(world.ledger.head.size).toBe(size + 1);
    });
  });

  test('two projects have their own', async () => {
    await inWorld(OPTIONS, async (world) => {
      await world.ingest([LINK]);
      const [other] = await world.ingest([LINK], 'other');
      expect(other?.known).toBe(false);
      await world.retract(sha256(LINK));
      const elsewhere = world.ledger.knowledge.findDocument('other', sha256(LINK));
      expect(elsewhere).toBeDefined();
      if (elsewhere === undefined) return;
      expect(world.ledger.knowledge.isLive(elsewhere, world.ledger.head.size)).toBe(true);
    });
  });

  test('after a retraction it is told as retracted, and stays so', async () => {
    await inWorld(OPTIONS, async (world) => {
      await world.ingest([LINK]);
      await world.retract(sha256(LINK));
      const [again] = await world.ingest([LINK]);
      expect(again).toMatchObject({ standing: 'retracted' });
      const archive = tarOf([{ name: 'link.json', bytes: LINK }]);
      const inside = (await world.ingest([archive])).at(-1);
      expect(inside).toMatchObject({ standing: 'retracted' });
      expect(inside?.reasons[0]).toContain('retraction');
    });
  });
});

describe('revocation statements', () => {
  const REVOCATION = revocationOf({ target: DATA.ref, reason: 'withdrawn' });

  function effects(world: World): boolean[] {
    return world.ledger.knowledge.revocations.map(({ effective }) => effective);
  }

  function inForce(world: World): string[] {
    const { knowledge } = world.ledger;
    const standing = knowledge.revocations.filter((event) =>
      isInForce(knowledge, event, knowledge.size),
    );
    return [...new Set(standing.map(({ target }) => target))];
  }

  test('take effect when their signer may revoke the target', async () => {
    await inWorld(OPTIONS, async (world) => {
      await world.ingest([signed(REVOCATION, KEYS.owner)]);
      expect(effects(world)).toEqual([true]);
      expect(inForce(world)).toEqual([DATA.ref]);
    });
  });

  test.each([
    ['unsigned', REVOCATION],
    ['signed by somebody without a mandate', signed(REVOCATION, KEYS.builder)],
    ['signed by a key that nobody knows', signed(REVOCATION, KEYS.stranger)],
    ['with a signature that does not hold', brokenSignature(signed(REVOCATION, KEYS.owner))],
  ])('%s they are claimed and change nothing', async (_, document) => {
    await inWorld(OPTIONS, async (world) => {
      await world.ingest([document]);
      expect(effects(world)).toEqual([false]);
      expect(inForce(world)).toEqual([]);
    });
  });

  test('a stranger who hands in the bare statement first, or afterwards, changes nothing', async () => {
    for (const order of [0, 1]) {
      await inWorld(OPTIONS, async (world) => {
        const documents = [REVOCATION, signed(REVOCATION, KEYS.owner)];
        for (const document of order === 0 ? documents : documents.toReversed()) {
          await world.ingest([document]);
        }
        expect(inForce(world)).toEqual([DATA.ref]);
      });
    }
  });

  test('their envelope retracted, the bare statement brings nothing back', async () => {
    await inWorld(OPTIONS, async (world) => {
      const envelope = signed(REVOCATION, KEYS.owner);
      await world.ingest([envelope]);
      await world.retract(sha256(envelope));
      expect(inForce(world)).toEqual([]);
      await world.ingest([REVOCATION]);
      await world.ingest([envelope, REVOCATION]);
      expect(inForce(world)).toEqual([]);
      await world.reinstate(sha256(envelope));
      expect(inForce(world)).toEqual([DATA.ref]);
    });
  });

  test('judged under the policy just before their entry: a later one changes nothing', async () => {
    await inWorld(OPTIONS, async (world) => {
      await world.ingest([signed(REVOCATION, KEYS.owner)]);
      await world.setPolicy(worldPolicy({ name: 'later', mayRevoke: [] }));
      expect(inForce(world)).toEqual([DATA.ref]);
      const other = revocationOf({ target: MODEL.ref, reason: 'withdrawn' });
      await world.ingest([signed(other, KEYS.owner)]);
      expect(inForce(world)).toEqual([DATA.ref]);
    });
  });

  test('the owner takes one back; somebody with another mandate cannot', async () => {
    const mandates = [
      { signers: [KEYS.owner.identity], targets: ['*'] },
      { signers: [KEYS.builder.identity], targets: ['name:build/*'] },
    ];
    await inWorld(withPolicy({ mayRevoke: mandates }), async (world) => {
      await world.ingest([signed(REVOCATION, KEYS.owner)]);
      const withdraws = sha256(REVOCATION);
      const theft = revocationOf({ target: 'name:build/x', reason: 'harmless', withdraws });
      await world.ingest([signed(theft, KEYS.builder)]);
      expect(effects(world)).toEqual([true, true]);
      expect(inForce(world)).toContain(DATA.ref);
      const withdrawal = revocationOf({ target: DATA.ref, reason: 'mistake', withdraws });
      await world.ingest([signed(withdrawal, KEYS.builder)]);
      expect(inForce(world)).toContain(DATA.ref);
      const own = revocationOf({ target: DATA.ref, reason: 'a mistake', withdraws });
      await world.ingest([signed(own, KEYS.owner)]);
      expect(inForce(world)).not.toContain(DATA.ref);
    });
  });

  test('two signers, one of them mandated: it stands with that one', async () => {
    await inWorld(OPTIONS, async (world) => {
      const good = signed(REVOCATION, KEYS.owner);
      await world.ingest([signed(REVOCATION, KEYS.builder), good]);
      expect(inForce(world)).toEqual([DATA.ref]);
      await world.retract(sha256(good));
      expect(inForce(world)).toEqual([]);
    });
  });

  test.each([
    [['sha256:*'], DATA.ref, true],
    [[DATA.ref], DATA.ref, true],
    [['pkg:*'], DATA.ref, false],
    [[DATA.ref.slice(0, -1)], DATA.ref, false],
    [[], DATA.ref, false],
  ])('a mandate over %j of %s: %s', (targets, target, expected) => {
    const policy = worldPolicy({ mayRevoke: [{ signers: [KEYS.owner.identity], targets }] });
    expect(mayRevoke(policy, [KEYS.owner.identity], target)).toBe(expected);
    expect(mayRevoke(policy, [KEYS.known.identity], target)).toBe(false);
    expect(mayRevoke(policy, [], target)).toBe(false);
  });
});

describe('retraction', () => {
  const archive = tarOf([{ name: 'link.json', bytes: LINK }]);

  test('needs a mandate over everything that it removes', async () => {
    const onlyArchive = [
      { signers: [KEYS.owner.identity], targets: [`document:${sha256(archive)}`] },
    ];
    await inWorld(withPolicy({ mayRetract: onlyArchive }), async (world) => {
      await world.ingest([archive]);
      await expect(world.retract(sha256(archive))).rejects.toMatchObject({
        code: 'ERR_NOT_AUTHORISED',
      });
      // what others submitted stays, so nothing is needed for it
      await world.ingest([LINK]);
      await expect(world.retract(sha256(archive))).resolves.toBeGreaterThan(0);
    });
  });

  test('of what was never there is refused', async () => {
    await inWorld(OPTIONS, async (world) => {
      await expect(world.retract(sha256('nothing'))).rejects.toMatchObject({
        code: 'ERR_NOT_FOUND',
      });
    });
  });

  test('takes thousands of members at once, and brings them back', async () => {
    const members = Array.from({ length: 1200 }, (_, at) => ({
      name: `m${at}.json`,
      bytes: linkOf(`step ${at}`, [], [file(`models/m${at}.onnx`)]),
    }));
    const large = tarOf(members);
    await inWorld(OPTIONS, async (world) => {
      const count = (): number =>
        world.ledger.view(world.pedigree.scope()).nodesOfKind(['Model']).length;
      await world.ingest([large]);
      expect(count()).toBe(1200);
      const digest = await world.pedigree.stateDigest();
      await world.retract(sha256(large));
      expect(count()).toBe(0);
      await world.reinstate(sha256(large));
      expect(count()).toBe(1200);
      expect(await world.pedigree.stateDigest()).toBe(digest);
    });
  });
});

describe('the log', () => {
  test('times never decrease, whatever the clock does', async () => {
    await inWorld(OPTIONS, async (world) => {
      await world.ingest([LINK]);
      const { time } = world.ledger.head;
      const event = {
        type: 'retracted',
        project: 'default',
        document: sha256(LINK),
        reason: 'a clock that was set back',
        by: KEYS.owner.identity,
        receivedAt: instantFromMs(0),
      } as const;
      await world.ledger.append(() => [{ event }]);
      expect(world.ledger.head.time).toBe(time);
    });
  });

  test('two writers on one store take turns and lose nothing', async () => {
    await inWorld(OPTIONS, async (world) => {
      const steps = Array.from({ length: 12 }, (_, at) =>
        linkOf(`step ${at}`, [DATA], [file(`models/${at}.onnx`)]),
      );
      await Promise.all(steps.map((bytes) => world.ingest([handed(bytes)])));
      const known = steps.map((bytes) =>
        world.ledger.knowledge.findDocument('default', sha256(bytes)),
      );
      expect(known.every((document) => document !== undefined)).toBe(true);
      const digest = await world.pedigree.stateDigest();
      await world.restart();
      expect(await world.pedigree.stateDigest()).toBe(digest);
    });
  });
});
