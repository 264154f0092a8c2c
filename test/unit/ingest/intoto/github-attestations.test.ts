// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import type { Reading } from '../../../../ingest/extract/extractor.ts';
import { readDocument } from '../../../../ingest/extract/registry.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { encode } from './read-document.ts';

async function read(bytes: Uint8Array): Promise<Reading> {
  return (await readDocument(bytes, { digest: sha256(bytes), strict: true })).reading;
}

async function formatOf(value: unknown): Promise<string> {
  return (await read(encode(value))).facts.format;
}

describe('what GitHub says about an artefact', () => {
  const bundle = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' };

  test('the answer of its API', async () => {
    const reading = await read(
      encode({ attestations: [{ bundle, repository_id: 1 }, { bundle }] }),
    );
    expect(reading.facts).toMatchObject({ format: 'github-attestations', nodes: [], edges: [] });
    expect(reading.inner?.map(({ name }) => name)).toEqual(['attestation-0', 'attestation-1']);
    expect(reading.envelope).toBeUndefined();
  });

  test('what gh prints; its verdict and its copy of the statement are not read', async () => {
    const printed = {
      attestation: { bundle },
      verificationResult: { statement: { subject: [{ digest: { sha256: 'a3'.repeat(32) } }] } },
    };
    const reading = await read(encode([printed]));
    expect(reading.inner).toHaveLength(1);
    expect(new TextDecoder().decode(reading.inner?.[0]?.bytes)).toBe(JSON.stringify(bundle));
    expect(reading.facts.nodes).toEqual([]);
  });

  test('a bundle that is kept elsewhere is a problem', async () => {
    const reading = await read(
      encode({ attestations: [{ bundle }, { bundle: null, bundle_url: 'https://example.org/b' }] }),
    );
    expect(reading.facts.problems.map(({ code }) => code)).toEqual(['no-bundle']);
    expect(reading.conformant).toBe(false);
    expect(reading.inner).toHaveLength(1);
  });

  test.each<[string, unknown]>([
    ['no attestation', { attestations: [] }],
    ['an attestation without a bundle', { attestations: [{}] }],
    ['a bundle that is text', { attestations: [{ bundle: 'x' }] }],
    ['a list of something else', [{ attestation: { bundle } }, { other: 1 }]],
    ['a list of lists', [[]]],
  ])('%s is none', async (_, value) => {
    expect(await formatOf(value)).toBe('opaque');
  });

  test('npm, which says the predicate type beside the bundle, is npm', async () => {
    const value = { attestations: [{ predicateType: 'https://slsa.dev/provenance/v1', bundle }] };
    expect(await formatOf(value)).toBe('slsa-npm');
  });
});

describeShared('a real bundle', () => {
  test('is the same document inside the list and on a line', async () => {
    const name = 'triage-v2.onnx.slsa-provenance.sigstore.json';
    const text = new TextDecoder().decode(readShared('samples', 'cosign', name));
    const bundle: unknown = JSON.parse(text);
    const reading = await read(encode({ attestations: [{ bundle }] }));
    const [inner] = reading.inner ?? [];
    const signed = await read(inner?.bytes ?? new Uint8Array());
    expect(signed.facts.format).toBe('sigstore-bundle');
    expect(signed.envelope?.payload).toEqual((await read(encode(bundle))).envelope?.payload);
    const line = JSON.stringify(bundle);
    const lines = await read(new TextEncoder().encode(`${line}\n${line}\n`));
    expect(lines.inner).toHaveLength(2);
  });

  test('half a bundle is refused', async () => {
    const error = await read(
      encode({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }),
    ).catch((caught: unknown) => caught);
    expect(isPedigreeError(error) && error.code).toBe('ERR_PARSE_DOCUMENT');
  });
});
