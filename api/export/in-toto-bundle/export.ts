// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../../core/digest.ts';
import { sha256 } from '../../../core/digest.ts';
import type { ProofBundle } from '../../../graph/log/proof-bundle.ts';
import type { Exported, NotCarried } from '../account.ts';
import { escapeObeyed } from '../json-bytes.ts';
import type { Projection } from '../projection.ts';

/** An envelope as it was handed in, with the log entry that accepted it. */
export interface LoggedEnvelope {
  readonly digest: Digest;
  /** File that it came in, for people. */
  readonly source: string;
  readonly format: string;
  /** Documents of the lineage that it holds. */
  readonly payloads: readonly Digest[];
  readonly logIndex: number;
  /** Undefined where the bytes are not kept any more. */
  readonly bytes: Uint8Array | undefined;
  /** Undefined where no published checkpoint reaches the entry. */
  readonly proof: ProofBundle | undefined;
}

/**
 * The evidence behind a lineage: one JSON line for each envelope, with its bytes in base64 and the proof that the log holds the
 * entry which accepted it. What came in no envelope has nobody's signature and is listed instead.
 */
export function exportBundle(
  projection: Projection,
  envelopes: readonly LoggedEnvelope[],
): Exported {
  const lines: string[] = [];
  const notCarried: NotCarried[] = [];
  const held = new Set<string>();
  for (const envelope of [...envelopes].sort((a, b) => a.logIndex - b.logIndex)) {
    const { digest, source, format, payloads, bytes, proof } = envelope;
    if (bytes === undefined || sha256(bytes) !== digest) {
      notCarried.push({ what: 'envelope', ref: digest, why: 'its bytes are not kept' });
      continue;
    }
    if (proof === undefined) {
      notCarried.push({
        what: 'proof',
        ref: digest,
        why: 'no published checkpoint reaches its log entry',
      });
    }
    for (const payload of payloads) held.add(payload);
    const line = {
      digest,
      source,
      format,
      payloads,
      bytes: Buffer.from(bytes).toString('base64'),
      proof: proof ?? null,
    };
    lines.push(`${escapeObeyed(JSON.stringify(line))}\n`);
  }
  for (const { digest, source } of projection.documents) {
    if (held.has(digest)) continue;
    notCarried.push({ what: `document ${source}`, ref: digest, why: 'it came in no envelope' });
  }
  return {
    mediaType: 'application/x-ndjson',
    bytes: new TextEncoder().encode(lines.join('')),
    notCarried,
  };
}
