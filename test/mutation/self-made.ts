// SPDX-License-Identifier: Apache-2.0
import { createHash, sign } from 'node:crypto';
import { encode } from 'cborg';
import type { RunInput } from '../../attest/tee/scheme.ts';
import { parseCertificate } from '../../attest/x509/certificate.ts';
import { parseCrl } from '../../attest/x509/crl.ts';
import { derChildren, parseDer } from '../../attest/x509/der.ts';
import type { SignatureAlgorithm } from '../../attest/x509/signature-algorithm.ts';
import { mapQuote, withChain } from '../unit/attest/tee/dcap/genuine.ts';
import { signReport } from '../unit/attest/tee/support/fake-amd.ts';
import { signToken } from '../unit/attest/tee/support/fake-jwt.ts';
import {
  ecKey,
  rsaKey,
  sequence,
  signWith,
  tlv,
  toPem,
} from '../unit/attest/tee/support/fake-pki.ts';
import type { FakeAlgorithm, KeyPair } from '../unit/attest/tee/support/fake-pki.ts';
import { signQuote } from '../unit/attest/tee/support/fake-tpm.ts';
import { pemBlocks, readNitro } from './certificates.ts';
import { certificatesOfToken } from './clock.ts';
import type { Mutation } from './mutation.ts';
import type { Piece } from './pieces.ts';
import { readMembers } from './slots.ts';

/** A piece whose whole chain was made again with our keys: names, serial numbers, key ids and times are the real ones. */
interface SelfMade {
  /** How many certificates, leaf first, are ours; the rest are the genuine ones. */
  make(ours: number): RunInput;
  readonly length: number;
  /** What we would have to be trusted as. Absent: the piece has no chain. */
  readonly root: Uint8Array;
}

/**
 * The evidence signed again by a self-made chain with copied names: the whole chain, and each lower part of it below the
 * genuine rest. That it is made well is shown by a run that trusts our root.
 */
export function* forgeChains(piece: Piece): Iterable<Mutation> {
  const forged = forge(piece);
  if (forged === undefined) return;
  const { length, root } = forged;
  for (let ours = 1; ours <= length; ours++) {
    yield { what: `self-made, ${ours} of ${length} certificates`, input: () => forged.make(ours) };
  }
  const anchors = [{ name: 'our own root', bytes: root }];
  const what = 'self-made, and our root is trusted';
  yield { what, input: () => ({ ...forged.make(length), anchors }), mustPass: true };
}

function forge(piece: Piece): SelfMade | undefined {
  switch (piece.scheme.kind) {
    case 'sev-snp':
      return forgeSnp(piece);
    case 'tdx':
    case 'sgx':
      return forgeQuote(piece);
    case 'nitro':
      return forgeNitro(piece);
    case 'nvidia-gpu':
      return forgeGpu(piece);
    case 'gcp-cs-jwt':
      return forgeToken(piece);
    case 'ear':
    case 'intel-trust-authority':
    case 'azure-maa':
      return forgeResult(piece);
    case 'tpm':
      return forgeTpm(piece);
    default:
      return undefined;
  }
}

/** Makes certificates and lists again with keys of ours, one for each name. */
class Forger {
  readonly #keys = new Map<string, KeyPair>();
  /** Signatures are made with chance, and a chain must end in the very root that is trusted. */
  readonly #made = new Map<string, Uint8Array>();

  /** @param certificates all of them, since a name's key must be of the same type as the real one */
  constructor(certificates: readonly Uint8Array[]) {
    for (const der of certificates) {
      const { subject, publicKey } = parseCertificate(der);
      const name = Buffer.from(subject).toString('hex');
      if (!this.#keys.has(name)) this.#keys.set(name, keyLike(publicKey.asymmetricKeyDetails));
    }
  }

  keyOf(der: Uint8Array): KeyPair {
    return this.#key(parseCertificate(der).subject);
  }

  certificate(der: Uint8Array): Uint8Array {
    const original = Buffer.from(der).toString('hex');
    const made = this.#made.get(original) ?? this.#make(der);
    this.#made.set(original, made);
    return made;
  }

  #make(der: Uint8Array): Uint8Array {
    const { issuer, subject, signatureAlgorithm } = parseCertificate(der);
    const [tbs, algorithm] = derChildren(parseDer(der));
    if (tbs === undefined || algorithm === undefined) throw new Error('no certificate');
    const spki = this.#key(subject).publicKey.export({ format: 'der', type: 'spki' });
    const fields = derChildren(tbs).map(({ bytes }, index) => (index === 6 ? spki : bytes));
    return this.#signed(sequence(...fields), algorithm.bytes, issuer, signatureAlgorithm);
  }

  crl(der: Uint8Array): Uint8Array {
    const { issuer, signatureAlgorithm, tbs } = parseCrl(der);
    const [, algorithm] = derChildren(parseDer(der));
    if (algorithm === undefined) throw new Error('no list');
    return this.#signed(tbs, algorithm.bytes, issuer, signatureAlgorithm);
  }

  #signed(
    tbs: Uint8Array,
    algorithm: Uint8Array,
    issuer: Uint8Array,
    name: SignatureAlgorithm,
  ): Uint8Array {
    const signature = signWith(name as FakeAlgorithm, this.#key(issuer), tbs);
    return sequence(tbs, algorithm, tlv(0x03, Buffer.from([0]), signature));
  }

  #key(name: Uint8Array): KeyPair {
    const key = this.#keys.get(Buffer.from(name).toString('hex'));
    if (key === undefined) throw new Error('a name that is not of the chain');
    return key;
  }
}

function keyLike(details: { readonly namedCurve?: string | undefined } | undefined): KeyPair {
  if (details?.namedCurve === 'prime256v1') return ecKey('P-256');
  return details?.namedCurve === 'secp384r1' ? ecKey('P-384') : rsaKey();
}

/** The chain with its lower part, leaf first, made again. */
function mixed(forger: Forger, chain: readonly Uint8Array[], ours: number): Uint8Array[] {
  return chain.map((der, index) => (index < ours ? forger.certificate(der) : der));
}

function forgeSnp({ input }: Piece): SelfMade {
  const roles = ['ek', 'ask', 'ark'];
  const chain = roles.map((role) => fileOf(input, role));
  const forger = new Forger(chain);
  const [ek = new Uint8Array()] = chain;
  return {
    length: chain.length,
    root: forger.certificate(fileOf(input, 'ark')),
    make: (ours) => {
      const evidence = Buffer.from(input.evidence);
      signReport(evidence, forger.keyOf(ek));
      const endorsements = new Map<string, readonly Uint8Array[]>();
      for (const [at, der] of mixed(forger, chain, ours).entries()) {
        endorsements.set(roles[at] ?? '', [der]);
      }
      for (const der of input.endorsements.get('crl') ?? []) {
        endorsements.set('crl', [ours === chain.length ? forger.crl(der) : der]);
      }
      return { ...input, evidence, endorsements };
    },
  };
}

function fileOf(input: RunInput, role: string): Uint8Array {
  const [file] = input.endorsements.get(role) ?? [];
  if (file === undefined) throw new Error(`no ${role}`);
  return file;
}

/** Quote, QE report, chains, lists and the signed texts of the collateral. */
function forgeQuote({ input }: Piece): SelfMade {
  const chain = pemBlocks(Buffer.from(input.evidence).toString('latin1'));
  const members = readMembers(fileOf(input, 'collateral'));
  const chains = ['pck_crl_issuer_chain', 'tcb_info_issuer_chain', 'qe_identity_issuer_chain'];
  const supplied = chains.map((name) => pemBlocks(members[name] ?? ''));
  const forger = new Forger([...chain, ...supplied.flat()]);
  const [pck, , root] = chain;
  if (pck === undefined || root === undefined) throw new Error('no PCK chain');
  return {
    length: chain.length,
    root: forger.certificate(root),
    make: (ours) => {
      const pem = mixed(forger, chain, ours).map((der) => toPem(der));
      const evidence = signAgain(withChain(input.evidence, pem.join('')), forger.keyOf(pck));
      // below a genuine root the genuine collateral is the best that one can show
      if (ours < chain.length) return { ...input, evidence };
      const collateral = Buffer.from(JSON.stringify(forgeCollateral(members, forger)));
      return { ...input, evidence, endorsements: new Map([['collateral', [collateral]]]) };
    },
  };
}

/** The quote under a new attestation key, which a QE report of ours vouches for. */
function signAgain(quote: Buffer, pck: KeyPair): Buffer {
  const { signedEnd, signature, qeReport, qeSignature, authLength, innerType } = mapQuote(quote);
  const key = ecKey('P-256');
  const { x = '', y = '' } = key.publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  point.copy(quote, signature + 64);
  const auth = quote.subarray(authLength + 2, innerType);
  const hash = createHash('sha256').update(point).update(auth).digest();
  quote.fill(0, qeReport + 320, qeReport + 384).set(hash, qeReport + 320);
  const raw = { dsaEncoding: 'ieee-p1363' } as const;
  const report = quote.subarray(qeReport, qeReport + 384);
  quote.set(sign('sha256', report, { key: pck.privateKey, ...raw }), qeSignature);
  const signed = quote.subarray(0, signedEnd);
  quote.set(sign('sha256', signed, { key: key.privateKey, ...raw }), signature);
  return quote;
}

function forgeCollateral(
  members: Readonly<Record<string, string>>,
  forger: Forger,
): Record<string, string> {
  const forged: Record<string, string> = { ...members };
  for (const [name, text] of Object.entries(members)) {
    if (name.endsWith('_chain')) {
      forged[name] = pemBlocks(text)
        .map((der) => toPem(forger.certificate(der)))
        .join('');
    }
    if (name.endsWith('_crl')) {
      forged[name] = Buffer.from(forger.crl(Buffer.from(text, 'hex'))).toString('hex');
    }
    if (!name.endsWith('_signature')) continue;
    const document = name.slice(0, -'_signature'.length);
    const [signer] = pemBlocks(members[`${document}_issuer_chain`] ?? '');
    if (signer === undefined) throw new Error(`no signer of ${document}`);
    const key = { key: forger.keyOf(signer).privateKey, dsaEncoding: 'ieee-p1363' } as const;
    forged[name] = sign('sha256', Buffer.from(members[document] ?? ''), key).toString('hex');
  }
  return forged;
}

function forgeNitro({ input }: Piece): SelfMade {
  const { sign1, payload } = readNitro(input.evidence);
  const leaf = payload.get('certificate') as Uint8Array;
  const bundle = payload.get('cabundle') as readonly Uint8Array[];
  const chain = [leaf, ...bundle.toReversed()];
  const forger = new Forger(chain);
  return {
    length: chain.length,
    root: forger.certificate(chain.at(-1) ?? leaf),
    make: (ours) => {
      const [first, ...rest] = mixed(forger, chain, ours);
      const changed = new Map(payload);
      changed.set('certificate', first);
      changed.set('cabundle', rest.toReversed());
      const body = encode(changed);
      const signed = encode(['Signature1', sign1[0], new Uint8Array(), body]);
      const key = { key: forger.keyOf(leaf).privateKey, dsaEncoding: 'ieee-p1363' } as const;
      const signature = sign('sha384', signed, key);
      const evidence = Uint8Array.from(encode([sign1[0], sign1[1], body, signature]));
      return { ...input, evidence };
    },
  };
}

function forgeGpu({ input }: Piece): SelfMade {
  const chain = pemBlocks(Buffer.from(fileOf(input, 'chain')).toString('latin1'));
  const forger = new Forger(chain);
  const [leaf] = chain;
  const root = chain.at(-1);
  if (leaf === undefined || root === undefined) throw new Error('no device chain');
  return {
    length: chain.length,
    root: forger.certificate(root),
    make: (ours) => {
      const key = { key: forger.keyOf(leaf).privateKey, dsaEncoding: 'ieee-p1363' } as const;
      const signed = input.evidence.subarray(0, -96);
      const evidence = Buffer.concat([signed, sign('sha384', signed, key)]);
      const certificates = mixed(forger, chain, ours);
      const pem = Buffer.from(certificates.map((der) => toPem(der)).join(''));
      const supplied = certificates.at(-1) ?? root;
      const endorsements = new Map([
        ['chain', [pem]],
        ['root', [Buffer.from(supplied)]],
      ]);
      return { ...input, evidence, endorsements };
    },
  };
}

function forgeToken({ input }: Piece): SelfMade {
  const { header, payload } = readToken(input.evidence);
  const chain = certificatesOfToken(Buffer.from(JSON.stringify(header)));
  const forger = new Forger(chain);
  const [leaf] = chain;
  const root = chain.at(-1);
  if (leaf === undefined || root === undefined) throw new Error('no x5c');
  return {
    length: chain.length,
    root: forger.certificate(root),
    make: (ours) => {
      const certificates = mixed(forger, chain, ours);
      const x5c = certificates.map((der) => Buffer.from(der).toString('base64'));
      const key = forger.keyOf(leaf).privateKey;
      const supplied = certificates.at(-1) ?? root;
      const evidence = signToken({ ...header, x5c }, payload, key);
      return { ...input, evidence, endorsements: new Map([['root', [Buffer.from(supplied)]]]) };
    },
  };
}

function readToken(evidence: Uint8Array): { header: Record<string, unknown>; payload: string } {
  const [head = '', body = ''] = Buffer.from(evidence).toString('latin1').trim().split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>;
  return { header, payload: Buffer.from(body, 'base64url').toString() };
}

/** Results and tokens of services have no chain: one key of ours, under the name of the trusted one. */
function forgeResult({ input }: Piece): SelfMade {
  const { header, payload } = readToken(input.evidence);
  const { publicKey, privateKey } = keyFor(header['alg']);
  const jwk = publicKey.export({ format: 'jwk' });
  const named = 'jwk' in header ? { ...header, jwk } : header;
  return {
    length: 1,
    root: Buffer.from(publicKey.export({ format: 'pem', type: 'spki' })),
    make: () => ({ ...input, evidence: signToken(named, payload, privateKey) }),
  };
}

function keyFor(algorithm: unknown): KeyPair {
  if (algorithm === 'ES256') return ecKey('P-256');
  return algorithm === 'ES384' ? ecKey('P-384') : rsaKey();
}

/** Nor has a quote of a TPM. */
function forgeTpm({ input }: Piece): SelfMade {
  const members = JSON.parse(Buffer.from(input.evidence).toString()) as Record<string, string>;
  const key = rsaKey();
  const spki = Buffer.from(key.publicKey.export({ format: 'pem', type: 'spki' }));
  const quote = Buffer.from(members['quote'] ?? '', 'base64');
  const forged = {
    ...members,
    signature: signQuote(quote, key).toString('base64'),
    akPublic: spki.toString('base64'),
  };
  return {
    length: 1,
    root: spki,
    make: () => ({ ...input, evidence: Buffer.from(JSON.stringify(forged)) }),
  };
}
