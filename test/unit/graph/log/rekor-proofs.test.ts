// SPDX-License-Identifier: Apache-2.0
import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../../../core/canonical-json-jcs.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { arrayMember, member, stringMember } from '../../../../core/json.ts';
import { parseCheckpoint, verifyCheckpoint } from '../../../../graph/log/checkpoint.ts';
import { leafHash, verifyInclusion } from '../../../../graph/log/merkle.ts';
import { describeShared, sharedPath } from '../../../support/shared.ts';

// Inclusion proofs and checkpoints of the public Rekor logs, in bundles that other people published: an oracle that
// neither we nor our naive tree had a hand in.

interface LoggedEntry {
  readonly file: string;
  readonly body: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly root: string;
  readonly proof: readonly string[];
  readonly checkpoint: string | undefined;
}

function hex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function* entriesIn(value: JsonValue, file: string): Generator<LoggedEntry> {
  if (typeof value !== 'object' || value === null) return;
  const body = stringMember(value, 'canonicalizedBody');
  const proof = member(value, 'inclusionProof');
  if (body !== undefined && typeof proof === 'object' && proof !== null) {
    yield {
      file,
      body: Buffer.from(body, 'base64'),
      index: Number(stringMember(proof, 'logIndex') ?? 0),
      size: Number(stringMember(proof, 'treeSize')),
      root: hex(stringMember(proof, 'rootHash') ?? ''),
      proof: (arrayMember(proof, 'hashes') ?? []).map((hash) => hex(String(hash))),
      checkpoint: stringMember(member(proof, 'checkpoint'), 'envelope'),
    };
  }
  for (const item of Object.values(value)) yield* entriesIn(item, file);
}

function parsedLines(text: string): JsonValue[] {
  try {
    return [JSON.parse(text) as JsonValue];
  } catch {
    return text.split('\n').flatMap((line) => {
      try {
        return [JSON.parse(line) as JsonValue];
      } catch {
        return [];
      }
    });
  }
}

function loggedEntries(): LoggedEntry[] {
  const root = sharedPath('corpus');
  return ['sigstore-bundle', 'slsa', 'slsa-npm', 'oms', 'in-toto'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((found) => found.isFile())
      .map((found) => join(found.parentPath, found.name))
      .toSorted()
      .flatMap((path) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('canonicalizedBody')) return [];
        return parsedLines(text).flatMap((value) => [...entriesIn(value, relative(root, path))]);
      }),
  );
}

function claimOf(entry: LoggedEntry) {
  const { index, size, root, proof } = entry;
  return { index, size, leafHash: leafHash(entry.body), root, proof };
}

describeShared('entries of the public Rekor logs', () => {
  const entries = loggedEntries();
  const intact = entries.filter((entry) => verifyInclusion(claimOf(entry)).status === 'passed');

  test('their inclusion proofs hold, but for the three that were made wrong', () => {
    const refused = entries.filter((entry) => !intact.includes(entry)).map((entry) => entry.file);
    const folder = 'sigstore-bundle/sigstore+sigstore-conformance/bundle-verify';
    expect(refused).toEqual([
      `${folder}/bundle-invalid-base64-signature_fail/bundle.sigstore.json`,
      `${folder}/inclusion-proof-corrupted-hash_fail/bundle.sigstore.json`,
      `${folder}/incorrect-public-key_fail/bundle.sigstore.json`,
    ]);
    expect(intact.length).toBeGreaterThan(60);
    expect(Math.max(...intact.map((entry) => entry.size))).toBeGreaterThan(400_000_000);
  });

  test('none holds for another index, another body, or with a hash less or more', () => {
    for (const entry of intact) {
      const claim = claimOf(entry);
      const other = entry.index === 0 ? 1 : entry.index - 1;
      expect(verifyInclusion({ ...claim, index: other }).status).toBe('failed');
      expect(verifyInclusion({ ...claim, leafHash: leafHash(Buffer.from('x')) }).status).toBe(
        'failed',
      );
      if (entry.size > 1) {
        expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) }).status).toBe('failed');
      }
      expect(verifyInclusion({ ...claim, proof: [...claim.proof, claim.leafHash] }).status).toBe(
        'failed',
      );
    }
  });

  test('their checkpoints say size and root, but for the four that were made wrong', () => {
    const unreadable: string[] = [];
    for (const { checkpoint, size, root, file } of entries) {
      if (checkpoint === undefined) continue;
      try {
        expect(parseCheckpoint(checkpoint)).toMatchObject({ size, root });
      } catch (error) {
        if (!isPedigreeError(error)) throw error;
        unreadable.push(`${error.code} ${file.split('/').at(-2)}`);
      }
    }
    expect(unreadable).toEqual([
      'ERR_PARSE_DOCUMENT rekor2-checkpoint-missing-log-signature_fail',
      'ERR_PARSE_DOCUMENT rekor2-checkpoint-missing-origin_fail',
      'ERR_PARSE_DOCUMENT rekor2-checkpoint-missing-root-hash_fail',
      'ERR_PARSE_DOCUMENT rekor2-checkpoint-missing-size_fail',
    ]);
  });

  test('Ed25519 checkpoints of Rekor v2 verify under the key of the trusted root beside them', () => {
    const outcomes = new Map<string, string>();
    for (const entry of entries) {
      const folder = dirname(entry.file);
      if (!folder.includes('/rekor2-') || entry.checkpoint === undefined) continue;
      outcomes.set(
        folder.split('/').at(-1) ?? '',
        rekorOutcome(sharedPath('corpus', folder), entry.checkpoint),
      );
    }
    const failing = [...outcomes].filter(([, outcome]) => outcome !== 'passed');
    expect(Object.fromEntries(failing)).toEqual({
      'rekor2-checkpoint-missing-log-signature_fail': 'note-malformed',
      'rekor2-checkpoint-missing-origin_fail': 'signature-invalid',
      'rekor2-checkpoint-missing-root-hash_fail': 'signature-invalid',
      'rekor2-checkpoint-missing-size_fail': 'signature-invalid',
      'rekor2-checkpoint-no-matching-signature_fail': 'signature-missing',
    });
    expect(outcomes.get('rekor2-happy-path')).toBe('passed');
    expect(outcomes.get('rekor2-checkpoint-multiple-cosigs')).toBe('passed');
    expect(outcomes.get('rekor2-checkpoint-two-sigs-cosigned')).toBe('passed');
  });
});

/** The outcome under the Ed25519 key of the trusted root whose address is the name that the checkpoint is signed with. */
function rekorOutcome(folder: string, checkpoint: string): string {
  const trustedRoot = JSON.parse(
    readFileSync(join(folder, 'trusted_root.json'), 'utf8'),
  ) as JsonValue;
  const logs = (arrayMember(trustedRoot, 'tlogs') ?? []).filter((log) => {
    return stringMember(log, 'baseUrl')?.includes('log2025') === true;
  });
  const codes = logs.map((log) => {
    const spki = Buffer.from(stringMember(member(log, 'publicKey'), 'rawBytes') ?? '', 'base64');
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const verdict = verifyCheckpoint(
      checkpoint,
      key,
      new URL(stringMember(log, 'baseUrl') ?? '').host,
    );
    return verdict.status === 'passed' ? 'passed' : verdict.findings[0].code;
  });
  return (
    codes.find((code) => code === 'passed') ??
    codes.find((code) => code !== 'signature-missing') ??
    codes[0] ??
    'no key'
  );
}
