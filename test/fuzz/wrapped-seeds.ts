// SPDX-License-Identifier: Apache-2.0
import { encode } from 'cborg';
import { parseCmw, pickMessage } from '../../attest/cmw/parse.ts';
import { teeFinding } from '../../attest/tee/finding.ts';
import type { RunInput, RunnableScheme, TeeOutcome } from '../../attest/tee/scheme.ts';
import { isPedigreeError } from '../../core/errors.ts';
import type { TeeCase } from '../support/tee-vectors.ts';

const EVIDENCE = 4;
const REFERENCE_VALUES = 1;
const TYPE = 'application/octet-stream';

/** Writes a message into a wrapper. */
type Wrap = (evidence: Uint8Array) => Uint8Array;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

const WRAPPERS: Readonly<Record<string, Wrap>> = {
  'json-record': (evidence) => json([TYPE, text(evidence), EVIDENCE]),
  'cbor-record': (evidence) => encode([TYPE, evidence, EVIDENCE]),
  'cbor-tag': (evidence) => Buffer.concat([Buffer.from('da63740208', 'hex'), encode(evidence)]),
  'json-collection': (evidence) =>
    json({
      __cmwc_t: 'tag:example.org,2026:c',
      a: { evidence: [TYPE, text(evidence), EVIDENCE] },
      b: [TYPE, 'AAAA', REFERENCE_VALUES],
    }),
};

/**
 * A piece of evidence in each form of wrapper. The wrapper is not signed and decides nothing, so that whatever passes says
 * what the evidence in it says.
 */
export function wrapSeed(seed: TeeCase): readonly TeeCase[] {
  return Object.entries(WRAPPERS).map(([form, wrap]) => ({
    ...seed,
    id: `${seed.id}-in-${form}`,
    scheme: unwrapping(seed.scheme),
    input: { ...seed.input, evidence: wrap(seed.input.evidence) },
  }));
}

function unwrapping(scheme: RunnableScheme): RunnableScheme {
  return { ...scheme, run: (input) => runWrapped(scheme, input) };
}

function runWrapped(scheme: RunnableScheme, input: RunInput): TeeOutcome {
  let evidence: Uint8Array;
  try {
    evidence = pickMessage(parseCmw(input.evidence), undefined).value;
  } catch (error) {
    // whatever else comes out is a fault, which the fuzzer reports
    if (!isPedigreeError(error)) throw error;
    const finding = teeFinding('parse', error.code, error.message);
    return { verdict: 'failed', stage: 'parse', findings: [finding], claims: null };
  }
  return scheme.run({ ...input, evidence });
}
