// SPDX-License-Identifier: Apache-2.0
import { parseDsse } from '../../schemas/dsse/envelope.ts';
import { hasTypeConfusion } from '../../schemas/intoto/payload-type.ts';
import type { FormatReader } from './extractor.ts';
import { finishEnvelope, jsonOf } from './reading.ts';

/**
 * DSSE: the payload becomes a document of its own. Where payload type and payload contradict each other the payload still
 * becomes one, without the signature: what it says counts against, never for.
 */
export const dsseReader: FormatReader = {
  formats: ['dsse'],
  extractor: 'dsse/1',
  read(decoded, detected, context) {
    const parsed = parseDsse(jsonOf(decoded));
    const problems = [...parsed.problems];
    const isConfused = hasTypeConfusion(parsed.envelope, '/payloadType', problems);
    const envelope = isConfused ? undefined : parsed.envelope;
    return finishEnvelope(parsed.envelope.payload, envelope, detected, context, problems);
  },
};
