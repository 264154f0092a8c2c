// SPDX-License-Identifier: Apache-2.0
import type { RunInput, RunnableScheme, TeeClaims } from '../../attest/tee/scheme.ts';
import { tpmScheme } from '../../attest/tee/tpm/scheme.ts';
import { parseInstant } from '../../core/instant.ts';
import { makeOwnSeeds } from '../fuzz/tee-seeds.ts';
import { hasShared } from '../support/shared.ts';
import { hasSoftwareTpm, SoftwareTpm } from '../support/software-tpm.ts';
import type { KeyOptions } from '../support/software-tpm.ts';
import { readGenuineCases } from '../support/tee-vectors.ts';
import type { TeeCase } from '../support/tee-vectors.ts';
import { digestOf, makeEventLog } from '../unit/attest/tee/support/fake-tpm.ts';

/** Evidence that passes as it is, with what it says. */
export interface Piece {
  readonly id: string;
  readonly scheme: RunnableScheme;
  readonly input: RunInput;
  readonly claims: TeeClaims;
}

/** What other people's hardware made, what a software TPM makes now, and what we make for kinds without either. */
export async function readPieces(): Promise<readonly Piece[]> {
  const genuine = hasShared() ? readGenuineCases() : [];
  const quotes = hasSoftwareTpm() ? await makeSoftwareTpmCases() : [];
  return [...genuine, ...quotes, ...makeOwnSeeds()].map(toPiece);
}

/** A log that explains less is a log all the same; where one is required it must explain every register. */
function withLogRequired(one: TeeCase): TeeCase {
  const hasLog = Buffer.from(one.input.evidence).includes('"eventLog"');
  return hasLog ? { ...one, input: { ...one.input, policy: { requireEventLog: true } } } : one;
}

/** @throws where the case does not pass, since nothing could be learned from breaking it */
export function toPiece(one: TeeCase): Piece {
  const { id, scheme, input } = withLogRequired(one);
  const { verdict, claims } = scheme.run(input);
  if (verdict !== 'passed' || claims === null) throw new Error(`${id} does not pass as it is`);
  return { id, scheme, input, claims };
}

const KEYS: readonly KeyOptions[] = [
  { algorithm: 'rsa', scheme: 'rsassa', hash: 'sha256' },
  { algorithm: 'rsa', scheme: 'rsapss', hash: 'sha256' },
  { algorithm: 'ecc256', scheme: 'ecdsa', hash: 'sha256' },
];
const SELECTION = 'sha256:0,8';

/** Quotes that a software TPM makes now, one for each signature scheme. */
export async function makeSoftwareTpmCases(): Promise<TeeCase[]> {
  const tpm = await SoftwareTpm.start();
  try {
    const events = [0, 8].map((register) => ({
      register,
      digests: { sha256: digestOf('sha256', Buffer.from(`event of ${register}`)) },
    }));
    for (const { register, digests } of events) tpm.extend(register, 'sha256', digests.sha256);
    const log = makeEventLog({ banks: ['sha256'], events });
    return KEYS.map((options, index) => makeTpmCase(tpm, options, index === 0 ? log : undefined));
  } finally {
    await tpm.stop();
  }
}

function makeTpmCase(tpm: SoftwareTpm, options: KeyOptions, log: Buffer | undefined): TeeCase {
  const key = tpm.createKey(options);
  const { quote, signature } = tpm.quote(key, SELECTION, Buffer.from('a nonce of the verifier'));
  const evidence = {
    quote: Buffer.from(quote).toString('base64'),
    signature: Buffer.from(signature).toString('base64'),
    pcrs: tpm.registers(SELECTION),
    akPublic: Buffer.from(key.area).toString('base64'),
    ...(log === undefined ? {} : { eventLog: log.toString('base64') }),
  };
  const input: RunInput = {
    evidence: Buffer.from(JSON.stringify(evidence)),
    endorsements: new Map(),
    anchors: [{ name: 'enrolled', bytes: key.area }],
    at: parseInstant('2026-01-01T00:00:00Z'),
    policy: {},
    binding: 'ignore',
  };
  return { id: `swtpm-${options.scheme}`, scheme: tpmScheme, input, expect: 'accept' };
}
