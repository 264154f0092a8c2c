// SPDX-License-Identifier: Apache-2.0
// Every command on the story's world: exit codes, one JSON document on stdout, messages on stderr (DESIGN.md 7).
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STORY } from '../../cli/demo/story.ts';
import { documentRef, makeBom, productRef } from './support/documents.ts';
import { jsonLinesOf, jsonOf, runCli, useScratch, type CliResult } from './support/run-cli.ts';

const POLICY = resolve(import.meta.dirname, '../../samples/policies/promotion.yaml');
const LINK = resolve(import.meta.dirname, '../../samples/story/in-toto/split.a011e4e9.link');
const scratch = useScratch();

let root = '';
/** The demo's home: questions are asked of it, nothing is written to it. */
let demo = '';
/** Evaluation statements that the demo's first decision rests on. */
let honest: readonly string[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'pedigree-commands-'));
  demo = join(root, 'demo');
  const told = await runCli(['demo', '--home', demo, '--json']);
  expect(told.code).toBe(0);
  const decisions = jsonOf(told)['decisions'] as { decision: { evaluations: string[] } }[];
  honest = decisions[0]?.decision.evaluations ?? [];
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A question to the demo's home. */
async function ask(...args: string[]): Promise<CliResult> {
  return runCli([...args, '--home', demo]);
}

/** A command on a fresh home. */
async function fresh(...args: string[]): Promise<CliResult> {
  return runCli([...args, '--home', scratch.path('home')]);
}

/** A score: nothing is made from it. */
function harmless(): string {
  return String(honest[0]).replace('sha256:', 'evaluation:');
}

const UNKNOWN = `sha256:${'ab'.repeat(32)}`;

describe('questions', () => {
  test('lineage: 0, and every format says the same', async () => {
    const tree = await ask('lineage', STORY.deployed.ref);
    expect(tree.code).toBe(0);
    expect(tree.out).toContain('data/raw/newbatch.csv');
    const json = jsonOf(await ask('lineage', STORY.deployed.ref, '--json'));
    expect(json).toMatchObject({ direction: 'up', roots: [STORY.deployed.ref] });
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining(['scope', 'head', 'roots', 'nodes', 'edges', 'truncated']),
    );
    expect(jsonOf(await ask('lineage', STORY.deployed.ref, '--format', 'json'))).toEqual(json);
    const nodes = json['nodes'] as { ref: string }[];
    const dot = (await ask('lineage', STORY.deployed.ref, '--format', 'dot')).out;
    expect(nodes.every(({ ref }) => dot.includes(ref))).toBe(true);
    const graphml = (await ask('lineage', STORY.deployed.ref, '--format', 'graphml')).out;
    expect(graphml.match(/<node /g)).toHaveLength(nodes.length);
    const mermaid = (await ask('lineage', STORY.deployed.ref, '--format', 'mermaid')).out;
    expect(mermaid.match(/^ {2}n\d+\["/gm)).toHaveLength(nodes.length);
  });

  test('lineage --down goes the other way', async () => {
    const down = jsonOf(await ask('lineage', STORY.withdrawn.ref, '--down', '--json'));
    expect(down['direction']).toBe('down');
    expect(JSON.stringify(down['nodes'])).toContain(STORY.deployed.ref);
  });

  test('blast-radius: 1 where something is affected', async () => {
    const answer = await ask('blast-radius', STORY.withdrawn.ref, '--json');
    expect(answer.code).toBe(1);
    const json = jsonOf(answer);
    expect(Object.keys(json)).toEqual([
      'scope',
      'head',
      'targets',
      'affected',
      'possible',
      'open',
      'clear',
      'skipped',
      'rollback',
      'retrain',
    ]);
    expect((json['affected'] as object[])[0]).toMatchObject({
      ref: expect.any(String),
      kind: expect.any(String),
      names: expect.any(Array),
      influence: expect.any(String),
      class: expect.any(String),
      level: expect.any(String),
      path: expect.any(Array),
    });
    expect(json['open']).toMatchObject({ count: expect.any(Number), groups: expect.any(Array) });
    expect(json['clear']).toMatchObject({ count: expect.any(Number) });
  });

  test('blast-radius of something that reached nothing: 0, with --strict 2 as something is open', async () => {
    const loose = await ask('blast-radius', harmless());
    expect(loose.code).toBe(0);
    expect(loose.out.indexOf('open ')).toBeLessThan(loose.out.indexOf('affected 0'));
    expect((await ask('blast-radius', harmless(), '--strict')).code).toBe(2);
    expect((await ask('blast-radius', STORY.withdrawn.ref, '--strict')).code).toBe(1);
  });

  test('blast-radius where a path is only possible: 2', async () => {
    // the witness of the bundle step lists the whole work tree; the link of the same step does not list the report
    const answer = await ask('blast-radius', 'reports/eval_v1.json', '--json');
    expect(answer.code).toBe(2);
    const json = jsonOf(answer);
    expect(json['affected']).toEqual([]);
    expect(json['possible']).toMatchObject([{ name: 'dist/triage-v2.tar' }]);
  });

  test('path: 0 found, 1 none', async () => {
    const found = await ask('path', STORY.withdrawn.ref, 'triage-v2', '--json');
    expect(found.code).toBe(0);
    expect(jsonOf(found)).toMatchObject({ outcome: 'affected', hit: { class: 'trusted' } });
    const told = await ask('path', STORY.withdrawn.ref, 'triage-v2');
    expect(told.out).toMatch(/data\/raw\/newbatch\.csv[\s\S]*clean_newbatch[\s\S]*retrain_v2/);
    const none = await ask('path', STORY.withdrawn.ref, STORY.v1.ref, '--json');
    expect(none.code).toBe(1);
    expect(jsonOf(none)).toMatchObject({ outcome: 'none', hit: null });
    expect((await ask('path', STORY.poisoned.ref, STORY.deployed.ref)).code).toBe(1);
  });

  test('path that is only possible: 2', async () => {
    const args = [STORY.withdrawn.ref, 'pkg:huggingface/example-org/tumour-triage@a9806da0bc26'];
    const answer = await ask('path', ...args, '--json');
    expect(jsonOf(answer)).toMatchObject({ outcome: 'possible' });
    expect(answer.code).toBe(2);
  });

  test.each([
    [['lineage', UNKNOWN]],
    [['lineage', 'no such name']],
    [['blast-radius', UNKNOWN]],
    [['blast-radius', 'pkg:npm/none@*']],
    [['path', UNKNOWN, STORY.v1.ref]],
    [['path', STORY.v1.ref, UNKNOWN]],
    [['revoke', UNKNOWN, '--reason', 'r', '--dry-run']],
    [['log', 'prove', '999999']],
  ])('%j: an unknown REF is 2, with the error as the one JSON document', async (args) => {
    const answer = await ask(...args, '--json');
    expect(answer.code).toBe(2);
    expect(jsonOf(answer)).toMatchObject({ error: { code: 'ERR_NOT_FOUND' } });
    expect(answer.err).toContain('[ERR_NOT_FOUND]');
  });

  test('a name of several things is 2, with the candidates', async () => {
    const answer = await ask('lineage', 'triage-prod/tumour-triage', '--json');
    expect(answer.code).toBe(2);
    expect(jsonOf(answer)).toMatchObject({ error: { code: 'ERR_AMBIGUOUS_REF' } });
    expect(answer.err).toContain('deployment:');
  });

  test('a local file is its digest', async () => {
    const file = scratch.write('part', 'part 1');
    const home = ['--home', scratch.path('home')];
    await runCli(['ingest', scratch.write('bom.json', makeBom(1)), ...home]);
    expect((await runCli(['lineage', file, ...home])).code).toBe(0);
    expect((await runCli(['lineage', scratch.write('other', 'x'), ...home])).code).toBe(2);
  });

  test('document:… asks about a statement itself', async () => {
    const payload = jsonLinesOf(await runCli(['inspect', LINK, '--json']))[1]?.['digest'];
    const answer = await ask('blast-radius', `document:${String(payload)}`, '--json');
    expect(answer.code).toBe(1);
    expect(JSON.stringify(jsonOf(answer)['targets'])).toContain('data/split/train.csv');
  });

  test('--exit-zero waves an answer through, never a failure', async () => {
    expect((await ask('blast-radius', STORY.withdrawn.ref, '--exit-zero')).code).toBe(0);
    expect((await ask('path', STORY.withdrawn.ref, STORY.v1.ref, '--exit-zero')).code).toBe(0);
    const missing = ['inspect', scratch.path('none'), '--exit-zero'];
    expect((await runCli(missing)).code).toBe(65);
    expect((await ask('lineage', STORY.v1.ref, '--format', 'x', '--exit-zero')).code).toBe(64);
    expect((await ask('lineage', UNKNOWN, '--exit-zero')).code).not.toBe(0);
  });

  test('--as-of answers with what was known then', async () => {
    const now = jsonOf(await ask('log', 'verify', '--json'));
    const size = Number(now['size']);
    expect((await ask('lineage', STORY.v1.ref, '--as-of', '1')).code).toBe(2);
    expect((await ask('lineage', STORY.v1.ref, '--as-of', String(size))).code).toBe(0);
    expect((await ask('lineage', STORY.v1.ref, '--as-of', String(size + 1))).code).toBe(64);
  });
});

describe('what only reads', () => {
  const READERS: readonly (readonly string[])[] = [
    ['lineage', STORY.v1.ref],
    ['blast-radius', STORY.withdrawn.ref],
    ['path', STORY.withdrawn.ref, STORY.v2.ref],
    ['revoke', STORY.withdrawn.ref, '--reason', 'r', '--dry-run'],
    ['trust', 'list'],
    ['log', 'verify'],
    ['log', 'prove', '3'],
    ['rebuild'],
    ['inspect', LINK],
  ];

  test.each(READERS.map((args) => [args] as const))('%j appends no entry', async (args) => {
    const before = jsonOf(await ask('log', 'verify', '--json'));
    const { code } = await ask(...args);
    expect(code).toBeLessThanOrEqual(2);
    expect(jsonOf(await ask('log', 'verify', '--json'))).toEqual(before);
  });

  test.each(READERS.map((args) => [args] as const))('%j makes no home', async (args) => {
    const { code } = await fresh(...args);
    // the link is pending where nobody is trusted; the others find no home
    expect(code).toBe(2);
    expect(existsSync(scratch.path('home'))).toBe(false);
  });

  test('ingesting what is known appends no entry', async () => {
    const file = scratch.write('bom.json', makeBom(1));
    const first = jsonOf(await fresh('ingest', file, '--json'));
    const again = await fresh('ingest', file, '--json');
    expect(again.code).toBe(0);
    expect(jsonOf(again)['head']).toEqual(first['head']);
    expect(jsonOf(again)['documents']).toMatchObject([{ known: true, standing: 'accepted' }]);
  });
});

describe('inspect', () => {
  test('one line a document, with the members that DESIGN.md 7 names', async () => {
    const answer = await runCli(['inspect', LINK, '--json']);
    const [outer, inner, ...more] = answer.out.trimEnd().split('\n');
    expect(more).toEqual([]);
    const envelope = JSON.parse(outer ?? '') as Record<string, unknown>;
    const link = JSON.parse(inner ?? '') as Record<string, unknown>;
    for (const document of [envelope, link]) {
      expect(Object.keys(document)).toEqual(
        expect.arrayContaining([
          ...['format', 'version', 'digest', 'conformant', 'standing', 'signature'],
          ...['entities', 'relations', 'problems'],
        ]),
      );
    }
    // nobody is trusted here: the signature can be neither right nor wrong
    expect(envelope).toMatchObject({
      digest: documentRef(readFileSync(LINK, 'utf8')),
      signature: { status: 'undetermined', identity: null },
      standing: 'pending',
    });
    expect(link).toMatchObject({ format: 'in-toto-link', signature: null, standing: 'accepted' });
    expect((link['entities'] as object[])[0]).toMatchObject({
      ref: expect.any(String),
      kind: expect.any(String),
      names: expect.any(Array),
      digests: expect.any(Array),
    });
    expect((link['relations'] as object[])[0]).toMatchObject({
      from: expect.any(String),
      relation: expect.any(String),
      to: expect.any(String),
      qualifiers: {},
      pointer: expect.stringMatching(/^\//),
    });
    expect(answer.code).toBe(2);
    expect(answer.err).toBe('');
  });

  test('knows the trust of a home, and is 0 then', async () => {
    const answer = await ask('inspect', LINK, '--json');
    expect(answer.code).toBe(0);
    const [outer] = answer.out.split('\n');
    expect(JSON.parse(outer ?? '')).toMatchObject({
      standing: 'accepted',
      signature: { status: 'passed', identity: expect.stringMatching(/^key:sha256:/) },
    });
  });

  test('a broken signature is quarantined: 2', async () => {
    const text = readFileSync(LINK, 'utf8').replace('"split"', '"spilt"');
    const answer = await ask('inspect', scratch.write('bad.link', text), '--json');
    expect(answer.code).toBe(2);
    expect(JSON.parse(answer.out.split('\n')[0] ?? '')).toMatchObject({
      standing: 'quarantined',
      signature: { status: 'failed', identity: null },
    });
  });

  test('conformant is a judgement of the strict schema, null where it was not asked', async () => {
    const wrong = makeBom(1).replace('"library"', '"liberry"');
    const file = scratch.write('wrong.json', wrong);
    expect(jsonOf(await runCli(['inspect', file, '--json']))['conformant']).toBe(false);
    expect(jsonOf(await runCli(['inspect', file, '--json', '--lenient']))['conformant']).toBeNull();
    const right = scratch.write('right.json', makeBom(1));
    expect(jsonOf(await runCli(['inspect', right, '--json']))['conformant']).toBe(true);
  });
});

describe('revoke, retract, reinstate', () => {
  test('a revocation is in force, shows in answers, and can be withdrawn', async () => {
    await fresh('ingest', scratch.write('bom.json', makeBom(1)));
    const revoked = await fresh('revoke', 'pkg:npm/part-1@1.0.0', '--reason', 'bad', '--json');
    expect(revoked.code).toBe(0);
    const { statement, effective } = jsonOf(revoked);
    expect(effective).toBe(true);
    const back = ['--reason', 'was wrong', '--withdraw', String(statement)];
    const withdrawn = await fresh('revoke', 'pkg:npm/part-1@1.0.0', ...back, '--json');
    expect(withdrawn.code).toBe(0);
    expect(jsonOf(withdrawn)['effective']).toBe(true);
  });

  test('what nobody knows yet can be revoked, and says so', async () => {
    const revoked = await fresh('revoke', UNKNOWN, '--reason', 'stolen', '--json');
    expect(revoked.code).toBe(0);
    expect(jsonOf(revoked)).toMatchObject({ target: UNKNOWN, matches: false, effective: true });
  });

  test('a pattern or a name wants --yes, and shows what it would take on stderr', async () => {
    await fresh('ingest', scratch.write('bom.json', makeBom(1)));
    const refused = await fresh('revoke', 'pkg:npm/*', '--reason', 'all', '--json');
    expect(refused.code).toBe(64);
    expect(jsonOf(refused)).toMatchObject({ error: { code: 'ERR_USAGE' } });
    expect(refused.err).toContain('product-1');
    expect((await fresh('revoke', 'pkg:npm/*', '--reason', 'all', '--yes')).code).toBe(0);
  });

  test('--fixed takes one ref each time, and leaves the REF alone', async () => {
    const fixed = ['--fixed', UNKNOWN, '--fixed', productRef(2)];
    expect((await fresh('revoke', ...fixed, '--reason', 'r', productRef(1))).code).toBe(0);
  });

  test.each([
    [['--since', 'yesterday'], 65],
    [['--until', '2026-13-40T00:00:00Z'], 65],
    [['--withdraw', 'abc'], 64],
    [['--fixed', 'sha256:short'], 65],
    [['--project', '../other'], 64],
  ])('%j is refused before anything is written', async (wrong, code) => {
    const result = await fresh('revoke', productRef(1), '--reason', 'r', ...wrong, '--json');
    expect(result.code).toBe(code);
    expect(jsonOf(result)).toHaveProperty('error');
    const list = await fresh('blast-radius', productRef(1));
    expect(list.code).toBe(2);
  });

  test('a retraction takes a document out, reinstating brings it back', async () => {
    const file = scratch.write('bom.json', makeBom(1));
    await fresh('ingest', file);
    expect((await fresh('lineage', productRef(1))).code).toBe(0);
    const retracted = await fresh('retract', file, '--reason', 'wrong', '--json');
    expect(retracted.code).toBe(0);
    expect(jsonOf(retracted)).toMatchObject({
      document: documentRef(makeBom(1)),
      type: 'retracted',
      logIndex: expect.any(Number),
    });
    expect((await fresh('lineage', productRef(1))).code).toBe(2);
    const document = `document:${documentRef(makeBom(1))}`;
    expect((await fresh('reinstate', document, '--reason', 'right after all')).code).toBe(0);
    expect((await fresh('lineage', productRef(1))).code).toBe(0);
  });

  test('a document that was never there: 2; a name: 64', async () => {
    expect((await fresh('retract', UNKNOWN, '--reason', 'r')).code).toBe(2);
    expect((await fresh('retract', 'bom.json', '--reason', 'r')).code).toBe(64);
  });
});

describe('verify', () => {
  /** The altered score that the demo adds is newer, so the true one is named. */
  function triple(): string[] {
    const [evaluation] = honest;
    const about = ['--model', STORY.v1.ref, '--dataset', STORY.testSet.ref, '--env', 'prod'];
    return [...about, '--evaluation', String(evaluation)];
  }

  /** A copy: each decision is an entry. */
  async function decide(...args: string[]): Promise<CliResult> {
    return runCli(['verify', ...args, '--home', demo]);
  }

  test('allow is 0, with decision and summary', async () => {
    const file = scratch.path('vsa.json');
    const answer = await decide(...triple(), '--policy', POLICY, '--vsa', file, '--json');
    expect(answer.code).toBe(0);
    const json = jsonOf(answer);
    expect(json).toMatchObject({
      digest: expect.stringMatching(/^sha256:/),
      logIndex: expect.any(Number),
      decision: { outcome: 'allow', simulated: true, advisory: false },
    });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(json['vsa']);
  });

  test('deny is 1, and says what would flip it', async () => {
    const args = ['--model', STORY.v2.ref, '--dataset', STORY.testSet.ref, '--env', 'prod'];
    const answer = await decide(...args, '--policy', POLICY);
    expect(answer.code).toBe(1);
    expect(answer.out).toMatch(/^DENY prod/);
    expect(answer.out).toContain('would flip it: withdrawal');
    expect((await decide(...args, '--policy', POLICY, '--exit-zero')).code).toBe(0);
  });

  test('what cannot be told is 2', async () => {
    const policy = scratch.write(
      'hold.yaml',
      'name: hold\nenvironments: [prod]\nonPossible: undetermined\nrules:\n  - not-revoked: { of: [model] }\n',
    );
    const model = 'pkg:huggingface/example-org/tumour-triage@a9806da0bc26';
    const args = ['--model', model, '--dataset', STORY.testSet.ref, '--env', 'prod'];
    const answer = await decide(...args, '--policy', policy, '--json');
    expect(jsonOf(answer)).toMatchObject({ decision: { outcome: 'undetermined' } });
    expect(answer.code).toBe(2);
  });

  test('a model that nobody knows is never allowed', async () => {
    const args = ['--model', UNKNOWN, '--dataset', STORY.testSet.ref, '--env', 'prod'];
    const answer = await decide(...args, '--policy', POLICY, '--json');
    expect(answer.code).toBe(1);
    expect(jsonOf(answer)).toMatchObject({ decision: { outcome: 'deny' }, vsa: expect.anything() });
  });

  test('a policy that nobody logged: advisory, and no summary to hand on', async () => {
    const other = readFileSync(POLICY, 'utf8').replace('name: production', 'name: mine');
    const file = scratch.write('mine.yaml', other);
    const plain = await decide(...triple(), '--policy', file, '--json');
    expect(plain.code).toBe(0);
    expect(jsonOf(plain)).toMatchObject({ decision: { advisory: true }, vsa: null });
    const vsa = scratch.path('vsa.json');
    const wanted = await decide(...triple(), '--policy', file, '--vsa', vsa, '--json');
    expect(wanted.code).toBe(1);
    expect(jsonOf(wanted)).toMatchObject({ decision: { outcome: 'allow' } });
    expect(wanted.err).toContain('ERR_NOT_AUTHORISED');
    expect(existsSync(vsa)).toBe(false);
  });

  test.each([
    ['a policy that is not there', ['--policy', 'none.yaml'], 65],
    ['a policy that is none', ['--policy', LINK], 65],
    ['an evaluation that is no digest', ['--policy', POLICY, '--evaluation', 'x'], 64],
    ['a policy folder', ['--policy', '.'], 65],
    ['no policy', [], 64],
  ])('%s', async (_name, args, code) => {
    const before = jsonOf(await ask('log', 'verify', '--json'));
    expect((await decide(...triple(), ...args)).code).toBe(code);
    expect(jsonOf(await ask('log', 'verify', '--json'))).toEqual(before);
  });

  test('a model by a name of several things is 2', async () => {
    const args = [
      '--model',
      'triage-prod/tumour-triage',
      '--dataset',
      STORY.testSet.ref,
      '--env',
      'prod',
    ];
    expect((await decide(...args, '--policy', POLICY)).code).toBe(2);
  });
});

describe('log and rebuild', () => {
  test('log verify: 0 with the checkpoint it was compared with', async () => {
    const answer = await ask('log', 'verify', '--json');
    expect(answer.code).toBe(0);
    expect(jsonOf(answer)).toMatchObject({ status: 'passed', faults: [] });
    expect((await ask('log', 'verify')).out).toMatch(/^passed: \d+ entries, root [0-9a-f]{64}, /);
  });

  test('rebuild: 0, the same state', async () => {
    const answer = await ask('rebuild', '--json');
    expect(answer.code).toBe(0);
    const { before, after, same } = jsonOf(answer);
    expect({ same, after }).toEqual({ same: true, after: before });
  });

  test('log prove gives a proof of one entry', async () => {
    const answer = await ask('log', 'prove', '0', '--json');
    expect(answer.code).toBe(0);
    expect(jsonOf(answer)).not.toHaveProperty('error');
    expect((await ask('log', 'prove', 'first')).code).toBe(64);
  });

  /** A home whose store somebody wrote to by hand. */
  async function tampered(statement: string): Promise<void> {
    await fresh('ingest', scratch.write('bom.json', makeBom(1)));
    const database = new DatabaseSync(scratch.path('home', 'store', 'graph.sqlite'));
    database.exec(statement);
    database.close();
  }

  function tableOfEntries(): string {
    const database = new DatabaseSync(join(demo, 'store', 'graph.sqlite'));
    const [row] = database
      .prepare("SELECT name FROM sqlite_master WHERE type='table' AND sql LIKE '%salt%'")
      .all();
    database.close();
    return String(row?.['name']);
  }

  test('an altered entry: log verify is 1 and names it, everything else refuses to go on', async () => {
    const table = tableOfEntries();
    await tampered(
      `UPDATE ${table} SET event = replace(event, '"default"', '"tampered"') WHERE rowid > 1`,
    );
    const verified = await fresh('log', 'verify', '--json');
    expect(verified.code).toBe(1);
    expect(jsonOf(verified)).toMatchObject({ status: 'failed' });
    expect(JSON.stringify(jsonOf(verified)['faults'])).toContain('leaf-mismatch');
    for (const args of [['lineage', productRef(1)], ['ingest', LINK], ['rebuild']]) {
      const refused = await fresh(...args, '--json');
      expect(refused.code).toBe(70);
      expect(jsonOf(refused)).toMatchObject({ error: { code: 'ERR_LOG_CORRUPT' } });
    }
  });

  test('a store that is behind its checkpoint refuses to write', async () => {
    await fresh('ingest', scratch.write('bom.json', makeBom(1)));
    rmSync(scratch.path('home', 'store'), { recursive: true });
    const refused = await fresh('ingest', LINK, '--json');
    expect(refused.code).toBe(70);
    expect(jsonOf(refused)).toMatchObject({ error: { code: 'ERR_LOG_CORRUPT' } });
    const verified = await fresh('log', 'verify', '--json');
    expect(verified.code).toBe(1);
    expect(JSON.stringify(jsonOf(verified)['faults'])).toContain('store-behind');
  });
});

describe('policy and trust', () => {
  test('a promotion policy is put in force once', async () => {
    const first = await fresh('policy', 'promotion', POLICY, '--json');
    expect(first.code).toBe(0);
    expect(jsonOf(first)).toMatchObject({ kind: 'PromotionPolicy', name: 'production' });
    const { size } = jsonOf(await fresh('log', 'verify', '--json'));
    expect((await fresh('policy', 'promotion', POLICY)).code).toBe(0);
    expect(jsonOf(await fresh('log', 'verify', '--json'))['size']).toBe(size);
    expect((await fresh('policy', 'signer', POLICY)).code).toBe(65);
    expect((await fresh('policy', 'promotion', scratch.path('none'))).code).toBe(65);
  });

  test('--key trusts a key from then on, and takes no path for one', async () => {
    const key = resolve(import.meta.dirname, '../../samples/keys/functionary.pub.pem');
    const answer = await fresh('ingest', '--key', key, LINK, '--json');
    expect(answer.code).toBe(0);
    const listed = jsonOf(await fresh('trust', 'list', '--json'));
    expect(listed['keys']).toHaveLength(2);
    expect((await fresh('trust', 'list')).out.trimEnd().split('\n')).toHaveLength(2);
  });

  test('without the key the link is pending: 2', async () => {
    const answer = await fresh('ingest', LINK, '--json');
    expect(answer.code).toBe(2);
    expect(jsonOf(answer)['counts']).toEqual({ accepted: 1, pending: 1 });
  });

  test.each([
    ['a key that is not there', ['ingest', LINK, '--key', 'none.pem']],
    ['a key that is none', ['ingest', LINK, '--key', LINK]],
    ['a trusted file that is none', ['trust', 'add', LINK]],
  ])('%s: 65, with the file', async (_name, args) => {
    const answer = await fresh(...args, '--json');
    expect(answer.code).toBe(65);
    expect(jsonOf(answer)).toMatchObject({ error: { code: 'ERR_PARSE_KEY', file: args.at(-1) } });
  });

  test('something else in the trust store: 65, with its place', async () => {
    await fresh('ingest', scratch.write('bom.json', makeBom(1)));
    writeFileSync(scratch.path('home', 'trust', 'keys', 'notes.txt'), 'not a key');
    const answer = await fresh('ingest', LINK, '--json');
    expect(answer.code).toBe(65);
    expect(jsonOf(answer)).toMatchObject({
      error: { code: 'ERR_TRUST_INVALID', file: 'trust/keys/notes.txt' },
    });
  });
});

describe('usage', () => {
  test.each([
    [[]],
    [['no-such-command']],
    [['ingest']],
    [['ingest', 'x', '--no-such-option']],
    [['lineage', 'a', 'b']],
    [['lineage', 'a', '--up', '--down']],
    [['lineage', 'a', '--format', 'svg']],
    [['blast-radius']],
    [['blast-radius', 'a', '--min-class', 'best']],
    [['blast-radius', 'a', '--as-of', 'now']],
    [['path', 'a']],
    [['revoke', 'a']],
    [['retract', 'a']],
    [['verify', '--model', 'a']],
    [['log']],
    [['log', 'prove']],
    [['evidence', 'verify']],
    [['evidence', 'verify', 'x', '--kind', 'none']],
    [['policy', 'signer']],
    [['ingest', 'x', '--project', '..']],
  ])('%j is 64, on stderr, and makes no home', async (args) => {
    const plain = await fresh(...args);
    expect(plain).toMatchObject({ code: 64, out: '' });
    expect(plain.err).not.toBe('');
    expect(existsSync(scratch.path('home'))).toBe(false);
  });

  test.each([
    [['ingest', '--json', '--wrong']],
    [['lineage', '--json']],
    [['lineage', 'a', '--json', '--format', 'svg', '--up', '--down']],
  ])('%j with --json: the error is the one document', async (args) => {
    const answer = await fresh(...args);
    expect(answer.code).toBe(64);
    expect(jsonOf(answer)).toMatchObject({ error: { code: 'ERR_USAGE' } });
  });

  test('--help and --version are 0, on stdout', async () => {
    const help = await runCli(['--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const name of ['demo', 'serve', 'ingest', 'blast-radius', 'verify', 'evidence', 'log'])
      expect(help.out).toContain(`  ${name} `);
    expect(await runCli(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^pedigree\/\d/),
    });
    expect((await runCli(['blast-radius', '--help'])).code).toBe(0);
  });
});
