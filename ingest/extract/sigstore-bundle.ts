// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Detected } from '../../schemas/decoded.ts';
import { hasTypeConfusion } from '../../schemas/intoto/payload-type.ts';
import { addProblem, type SchemaProblem } from '../../schemas/intoto/problem.ts';
import {
  parseSigstoreBundle,
  type MessageSignature,
} from '../../schemas/sigstore-bundle/bundle.ts';
import { findBundleFaults } from '../../schemas/sigstore-bundle/conformance.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { finishEnvelope, finishReading, jsonOf } from './reading.ts';
import { statementNode } from './statement-facts.ts';

/** Sigstore bundles: a DSSE envelope with material, or a bare signature over a file that is elsewhere. */
export const sigstoreBundleReader: FormatReader = {
  formats: ['sigstore-bundle'],
  extractor: 'sigstore-bundle/1',
  read(decoded, detected, context) {
    const value = jsonOf(decoded);
    const { content, version, problems: found } = parseSigstoreBundle(value);
    const problems = [...found];
    if (context.strict === true) collectFaults(value, version, problems);
    if (content.kind === 'message-signature') {
      return readMessage(content.message, detected, context, problems);
    }
    const isConfused = hasTypeConfusion(content.envelope, '/dsseEnvelope/payloadType', problems);
    const envelope = isConfused ? undefined : content.envelope;
    return finishEnvelope(content.envelope.payload, envelope, detected, context, problems);
  },
};

function collectFaults(value: JsonValue, version: string, problems: SchemaProblem[]): void {
  for (const { code, pointer, message } of findBundleFaults(value, version)) {
    addProblem(problems, code, pointer, message);
  }
}

/** The digest is what the bundle says that it signs; whether the signature holds is for attest/ to find out. */
function readMessage(
  message: MessageSignature,
  detected: Detected,
  context: ReadContext,
  problems: readonly SchemaProblem[],
): Reading {
  const builder = new FactsBuilder(context.digest);
  const pointer = '/messageSignature/messageDigest';
  const subject = builder.entity({
    kinds: ['File'],
    pointer,
    digests: [{ algorithm: message.digestAlgorithm, hex: message.digestHex }],
    local: 'message',
  });
  builder.subject(subject);
  builder.edge(statementNode(builder, context), 'attests', subject, pointer);
  return finishReading(builder, { detected, statementKind: 'signature' }, context, problems);
}
