// SPDX-License-Identifier: Apache-2.0
import { parseAttestedStatement } from '../../schemas/attested-statement/attested-statement.ts';
import { hasTypeConfusion } from '../../schemas/intoto/payload-type.ts';
import type { FormatReader } from './extractor.ts';
import { finishEnvelope, jsonOf } from './reading.ts';

/** A signed statement with TEE evidence: an envelope whose evidence travels along to be judged with it. */
export const attestedStatementReader: FormatReader = {
  formats: ['attested-statement'],
  extractor: 'attested-statement/1',
  read(decoded, detected, context) {
    const parsed = parseAttestedStatement(jsonOf(decoded));
    const problems = [...parsed.problems];
    const isConfused = hasTypeConfusion(parsed.envelope, '/statement/payloadType', problems);
    const envelope = isConfused ? undefined : parsed.envelope;
    const reading = finishEnvelope(parsed.envelope.payload, envelope, detected, context, problems);
    return isConfused ? reading : { ...reading, evidence: parsed.evidence };
  },
};
