// SPDX-License-Identifier: Apache-2.0
import { decode, encode } from 'cborg';
import type { RunInput } from '../../attest/tee/scheme.ts';
import { parseDer } from '../../attest/x509/der.ts';
import { withChain } from '../unit/attest/tee/dcap/genuine.ts';
import { toPem } from '../unit/attest/tee/support/fake-pki.ts';
import { certificatesOfToken } from './clock.ts';
import type { Mutation } from './mutation.ts';
import type { Piece } from './pieces.ts';
import { slotsOf } from './slots.ts';

const ROOTLESS = 'a chain without its root, which need not come along';

/** A chain as a piece carries it, and how to put another one in its place. */
export interface CarriedChain {
  readonly name: string;
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[];
  put(certificates: readonly Uint8Array[]): RunInput;
  /** Whether the last one is a root that need not come along. */
  readonly isRootOptional: boolean;
}

/** Certificates exchanged for those of other evidence, reordered, repeated and left out. */
export function* swapCertificates(piece: Piece, others: readonly Piece[]): Iterable<Mutation> {
  const pool = unique(others.flatMap(carriedChains).flatMap(({ certificates }) => certificates));
  for (const chain of carriedChains(piece)) {
    const { name, certificates } = chain;
    for (const [index, own] of certificates.entries()) {
      for (const [number, foreign] of pool.entries()) {
        if (isSame(own, foreign)) continue;
        const input = (): RunInput => chain.put(certificates.with(index, foreign));
        yield { what: `${name} ${index}: certificate ${number} of all`, input };
      }
      if (certificates.length === 1) continue;
      const isOptional = chain.isRootOptional && index === certificates.length - 1;
      const harmless = (): string | undefined => (isOptional ? ROOTLESS : undefined);
      const without = (): RunInput => chain.put(certificates.toSpliced(index, 1));
      yield { what: `${name} ${index}: left out`, input: without, harmless };
      const twice = (): RunInput => chain.put(certificates.toSpliced(index, 0, own));
      yield { what: `${name} ${index}: twice`, input: twice };
    }
    if (certificates.length === 1) continue;
    yield { what: `${name}: reversed`, input: () => chain.put(certificates.toReversed()) };
    const rotated = [...certificates.slice(1), ...certificates.slice(0, 1)];
    yield { what: `${name}: rotated`, input: () => chain.put(rotated) };
    yield { what: `${name}: none`, input: () => chain.put([]) };
  }
}

/** Every chain of a piece. */
export function carriedChains(piece: Piece): CarriedChain[] {
  const { scheme, input } = piece;
  switch (scheme.kind) {
    case 'sev-snp':
    case 'azure-snp-vtpm':
      return ['ek', 'ask', 'ark'].flatMap((role) => roleChain(input, role));
    case 'tdx':
    case 'sgx':
      return [quoteChain(input), ...collateralChains(piece)];
    case 'nitro':
      return [nitroChain(input)];
    case 'nvidia-gpu':
      return pemChains(piece);
    case 'gcp-cs-jwt':
      return [tokenChain(input)];
    default:
      return [];
  }
}

function roleChain(input: RunInput, role: string): CarriedChain[] {
  const [der] = input.endorsements.get(role) ?? [];
  if (der === undefined) return [];
  const put = (certificates: readonly Uint8Array[]): RunInput => {
    return { ...input, endorsements: new Map([...input.endorsements, [role, certificates]]) };
  };
  return [{ name: role, certificates: [der], put, isRootOptional: false }];
}

function quoteChain(input: RunInput): CarriedChain {
  const put = (certificates: readonly Uint8Array[]): RunInput => {
    const evidence = withChain(input.evidence, certificates.map((der) => toPem(der)).join(''));
    return { ...input, evidence };
  };
  const certificates = pemBlocks(Buffer.from(input.evidence).toString('latin1'));
  return { name: 'PCK chain', certificates, put, isRootOptional: true };
}

function collateralChains(piece: Piece): CarriedChain[] {
  return slotsOf(piece)
    .filter(({ name }) => /^collateral\/\w+_chain$/.test(name))
    .map((slot) => ({
      name: slot.name,
      certificates: pemBlocks(Buffer.from(slot.bytes).toString('latin1')),
      put: (certificates) => slot.put(Buffer.from(certificates.map((der) => toPem(der)).join(''))),
      isRootOptional: true,
    }));
}

function pemChains(piece: Piece): CarriedChain[] {
  return slotsOf(piece)
    .filter(({ name }) => name === 'chain')
    .map((slot) => ({
      name: slot.name,
      certificates: pemBlocks(Buffer.from(slot.bytes).toString('latin1')),
      put: (certificates) => slot.put(Buffer.from(certificates.map((der) => toPem(der)).join(''))),
      isRootOptional: true,
    }));
}

function nitroChain(input: RunInput): CarriedChain {
  const { sign1, payload } = readNitro(input.evidence);
  const bundle = payload.get('cabundle') as readonly Uint8Array[];
  return {
    name: 'cabundle',
    certificates: [payload.get('certificate') as Uint8Array, ...bundle.toReversed()],
    put: ([leaf, ...rest]) => {
      const changed = new Map(payload);
      changed.set('certificate', leaf ?? new Uint8Array());
      changed.set('cabundle', rest.toReversed());
      const evidence = Uint8Array.from(encode(sign1.with(2, encode(changed))));
      return { ...input, evidence };
    },
    isRootOptional: false,
  };
}

/** The four parts of a COSE_Sign1, and its payload. */
export function readNitro(evidence: Uint8Array): {
  readonly sign1: readonly unknown[];
  readonly payload: ReadonlyMap<string, unknown>;
} {
  const sign1 = decode(evidence, { useMaps: true }) as readonly unknown[];
  const payload = decode(sign1[2] as Uint8Array, { useMaps: true }) as ReadonlyMap<string, unknown>;
  return { sign1, payload };
}

function tokenChain(input: RunInput): CarriedChain {
  const [head = '', ...rest] = Buffer.from(input.evidence).toString('latin1').split('.');
  const header = Buffer.from(head, 'base64url');
  return {
    name: 'x5c',
    certificates: certificatesOfToken(header),
    put: (certificates) => {
      const x5c = certificates.map((der) => Buffer.from(der).toString('base64'));
      const changed = JSON.stringify({ ...(JSON.parse(header.toString()) as object), x5c });
      const token = [Buffer.from(changed).toString('base64url'), ...rest].join('.');
      return { ...input, evidence: Buffer.from(token, 'latin1') };
    },
    isRootOptional: false,
  };
}

/** DER of each certificate in PEM text. */
export function pemBlocks(text: string): Buffer[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => Buffer.from(block.replace(/-----[A-Z ]+-----/g, ''), 'base64'));
}

function unique(certificates: readonly Uint8Array[]): Uint8Array[] {
  const byContent = certificates.map((der) => [Buffer.from(der).toString('latin1'), der] as const);
  // what is no DER at all is no certificate of anybody
  return [...new Map(byContent).values()].filter((der) => parseDer(der).bytes.length > 0);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other);
}
