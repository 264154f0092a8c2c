// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { findScheme } from '../../attest/tee/registry.ts';
import type { RunInput, VerifyInput } from '../../attest/tee/scheme.ts';
import { signSimulatedEvidence } from '../../attest/tee/simulated/sign.ts';
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../core/instant.ts';
import { hasShared } from '../support/shared.ts';
import { readGenuineCases } from '../support/tee-vectors.ts';
import type { TeeCase } from '../support/tee-vectors.ts';
import { makeAmdKeys } from '../unit/attest/tee/support/fake-amd.ts';
import { makeAzureInput } from '../unit/attest/tee/support/fake-azure.ts';
import { makeCertificate, rsaKey } from '../unit/attest/tee/support/fake-pki.ts';
import {
  AZURE,
  AZURE_ENCLAVE,
  AZURE_MACHINE,
  AZURE_TD,
  INTEL,
  INTEL_ENCLAVE,
  INTEL_TD,
  ISSUER,
  keySetOf,
  makeServiceToken,
} from '../unit/attest/tee/support/fake-service-token.ts';
import {
  digestOf,
  extended,
  makeEventLog,
  makeTpmInput,
} from '../unit/attest/tee/support/fake-tpm.ts';
import { wrapSeed } from './wrapped-seeds.ts';

/** A token, and the evidence with the most in it. */
const WRAPPED = new Set(['own-intel-td', 'own-azure']);

/** Evidence that passes as it is: what other people's hardware made, where that is here, and what we made ourselves. */
export function readSeeds(): readonly TeeCase[] {
  const genuine = hasShared() ? readGenuineCases() : [];
  const own = makeOwnSeeds();
  return [...genuine, ...own, ...makeWrappedSeeds(own)];
}

/** Text and bytes, each in every form of wrapper. */
export function makeWrappedSeeds(seeds: readonly TeeCase[]): readonly TeeCase[] {
  return seeds.filter(({ id }) => WRAPPED.has(id)).flatMap(wrapSeed);
}

/** Seeds of the kinds that no genuine evidence is at hand for. */
export function makeOwnSeeds(): readonly TeeCase[] {
  const key = rsaKey();
  return [
    toSeed('own-tpm', 'tpm', makeTpmInput({ key })),
    toSeed('own-tpm-event-log', 'tpm', makeLoggedTpm(key)),
    toSeed(
      'own-azure',
      'azure-snp-vtpm',
      makeAzureInput({ amd: makeAmdKeys(), key, snp: { crl: {} } }),
    ),
    toSeed('own-simulated', 'simulated', makeSimulated()),
    ...makeServiceTokens(),
  ];
}

/** Tokens of verification services, with their claims at the top and below, under key sets of both forms. */
function makeServiceTokens(): TeeCase[] {
  // a key of its own each, since a service is no other service
  const keys = { [INTEL]: rsaKey(), [AZURE]: rsaKey() };
  const key = keys[AZURE];
  const names = { subject: 'signer', issuer: 'signer' };
  const der = makeCertificate({ ...names, key, issuerKey: key, algorithm: 'rsa-sha256' });
  const certified = keySetOf({ kty: 'RSA', x5c: [Buffer.from(der).toString('base64')] });
  const tokens = [
    ['own-intel-td', INTEL, INTEL_TD],
    ['own-intel-enclave', INTEL, { sgx: INTEL_ENCLAVE }],
    ['own-azure-td', AZURE, AZURE_TD],
    ['own-azure-enclave', AZURE, AZURE_ENCLAVE],
    ['own-azure-machine', AZURE, AZURE_MACHINE],
  ] as const;
  return tokens.map(([id, kind, content]) => {
    const anchors = kind === AZURE ? { anchors: [certified] } : {};
    const made = makeServiceToken(kind, content, { key: keys[kind], ...anchors });
    return toSeed(id, kind, made, { issuer: ISSUER[kind] });
  });
}

function makeLoggedTpm(key: ReturnType<typeof rsaKey>): VerifyInput {
  const digest = digestOf('sha256', Buffer.from('kernel'));
  const event = { register: 8, digests: { sha256: digest } };
  const eventLog = makeEventLog({ banks: ['sha256'], events: [event, event] });
  const registers = { sha256: { '8': extended('sha256', [digest, digest]).toString('hex') } };
  return makeTpmInput({ key, registers, members: { eventLog: eventLog.toString('base64') } });
}

function makeSimulated(): VerifyInput {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const at = parseInstant('2026-01-01T00:00:00Z');
  const evidence = signSimulatedEvidence({
    measurement: Buffer.alloc(48, 1),
    reportData: Buffer.alloc(64, 2),
    issuedAt: at,
    platformKey: privateKey,
  });
  const pem = Buffer.from(publicKey.export({ format: 'pem', type: 'spki' }));
  return { evidence, endorsements: new Map(), anchors: [{ name: 'platform', bytes: pem }], at };
}

function toSeed(
  id: string,
  kind: string,
  verifyInput: VerifyInput,
  policy: JsonObject = {},
): TeeCase {
  const scheme = findScheme(kind);
  if (scheme === undefined) throw new Error(`no kind ${kind}`);
  const input: RunInput = { ...verifyInput, policy, binding: 'ignore' };
  return { id, scheme, input, expect: 'accept' };
}
