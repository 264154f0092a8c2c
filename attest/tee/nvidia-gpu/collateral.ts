// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError } from '../../../core/errors.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { derChildren, derError, derOid, DER_TAG, expectDer, parseDer } from '../../x509/der.ts';
import type { DerNode } from '../../x509/der.ts';
import { nameOf, verifyCertificatePath } from '../../x509/path.ts';
import type { SignatureAlgorithm } from '../../x509/signature-algorithm.ts';
import { anchorCertificates, certificatesOf, parseCertificates } from '../endorsements.ts';
import { atStage, failure, unanswered } from '../finding.ts';
import type { VerifyInput } from '../scheme.ts';

/** Roles: `chain` device certificate first, in PEM; `root` the root as supplied (compared, never trusted). */
export const NVIDIA_ROLES: ReadonlySet<string> = new Set(['chain', 'root']);

const NVIDIA_ALGORITHMS: ReadonlySet<SignatureAlgorithm> = new Set(['ecdsa-sha384']);

const SHA384 = '2.16.840.1.101.3.4.2.2';
/** TCG DICE: the firmware identity of the layer that holds the key. NVIDIA uses both arcs. */
const DICE_OIDS = ['2.23.133.5.4.1', '2.23.133.5.4.1.1'];
const DICE_EXTENSIONS: ReadonlySet<string> = new Set(DICE_OIDS);
/** DiceTcbInfo.fwids. */
const TAG_FWIDS = 0xa6;

/** The chip that a certificate names first. The identity authority below the root is shared by several: of switches too. */
const CHIP = /^(?:NVIDIA )?([A-Z]{2}_?[0-9A-Z]{2,4}) /;
/** GPUs: GH100, GB202. Not switches (LS_10), network cards and whatever else has its identity from this root. */
const GPU_CHIP = /^G[A-Z][0-9]/;

/** Architectures, from the name of the chip. */
export const GPU_ARCHITECTURES = ['HOPPER', 'BLACKWELL'] as const;

export type GpuArchitecture = (typeof GPU_ARCHITECTURES)[number];

/** The device behind a verified chain. */
export interface GpuDevice {
  readonly leaf: Certificate;
  /** Null where the chip is of no known architecture. */
  readonly architecture: GpuArchitecture | null;
  /** From the DICE extension of the device certificate, 48 bytes. */
  readonly fwid: Uint8Array | undefined;
}

/**
 * The device certificate, once its chain ends in a trusted root.
 * @throws {PedigreeError} ERR_TRUST_INVALID
 */
export function verifyDeviceChain(input: VerifyInput): Verdict<GpuDevice> {
  const read = readChain(input);
  if (read.status !== 'passed') return read;
  const { supplied, fwid } = read.value;
  const anchors = anchorCertificates(input.anchors);
  if (anchors.length === 0) {
    return unanswered('chain', 'no-trust-anchor', 'no NVIDIA device root is trusted');
  }
  const isTrusted = (one: Certificate): boolean => anchors.some((a) => isSameBytes(a.der, one.der));
  // the chain may end in the root itself or in the certificate below it
  const last = read.value.chain.at(-1);
  const isRooted = last !== undefined && isTrusted(last);
  const chain = isRooted ? read.value.chain.slice(0, -1) : read.value.chain;
  const identity = chain.at(-1);
  const anchor = anchors.find(
    (one) => identity !== undefined && isSameBytes(one.subject, identity.issuer),
  );
  const leaf = chain[0];
  const isRootedTwice = chain.some(isTrusted);
  const isOther = isRootedTwice || !supplied.every(isTrusted);
  if (anchor === undefined || leaf === undefined || isOther) {
    const message = 'the device chain does not end in the trusted root';
    return failure('chain', 'root-not-trusted', message);
  }
  const path = verifyCertificatePath({
    chain,
    anchor,
    at: input.at,
    algorithms: NVIDIA_ALGORITHMS,
    handledExtensions: DICE_EXTENSIONS,
  });
  if (path.status !== 'passed') return atStage(path, 'chain');
  const chip = findGpuChip(chain);
  if (chip === undefined) {
    return failure('chain', 'not-a-gpu', `${nameOf(leaf)} is not a GPU of NVIDIA`);
  }
  return passed({ leaf, fwid, architecture: findArchitecture(chip) });
}

/** The part a file plays, told from its content. */
export function findNvidiaRole(bytes: Uint8Array): string | undefined {
  try {
    return parseCertificates(bytes).length > 1 ? 'chain' : undefined;
  } catch {
    return undefined;
  }
}

interface DeviceChain {
  readonly chain: readonly Certificate[];
  readonly supplied: readonly Certificate[];
  readonly fwid: Uint8Array | undefined;
}

function readChain(input: VerifyInput): Verdict<DeviceChain> {
  try {
    const chain = certificatesOf(input.endorsements, 'chain');
    const leaf = chain[0];
    if (leaf === undefined) {
      const hint = 'supply the device certificate chain as role chain';
      return unanswered('chain', 'endorsement-missing', 'no device chain was supplied', { hint });
    }
    const supplied = certificatesOf(input.endorsements, 'root');
    return passed({ chain, supplied, fwid: readFwid(leaf) });
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failure('chain', 'certificate-malformed', error.message);
  }
}

/** The chip that all certificates between the identity authority and the device name, where it is a GPU. */
function findGpuChip(chain: readonly Certificate[]): string | undefined {
  const chips = chain.slice(0, -1).map(({ commonName }) => CHIP.exec(commonName ?? '')?.[1]);
  const [chip] = chips;
  const isGpu = chip !== undefined && GPU_CHIP.test(chip) && chips.every((one) => one === chip);
  return isGpu ? chip : undefined;
}

function findArchitecture(chip: string): GpuArchitecture | null {
  if (chip.startsWith('GH')) return 'HOPPER';
  return chip.startsWith('GB') ? 'BLACKWELL' : null;
}

/**
 * The SHA-384 firmware identity of the device certificate. Hopper writes CompositeDeviceID (version, key, {hash,
 * digest}), later devices DiceTcbInfo with a list of such pairs.
 * @see TCG DICE Attestation Architecture, DiceTcbInfo
 */
function readFwid(leaf: Certificate): Uint8Array | undefined {
  const extension = DICE_OIDS.map((oid) => leaf.extensions.get(oid)).find(
    (one) => one !== undefined,
  );
  if (extension === undefined) return undefined;
  const fields = derChildren(
    expectDer(parseDer(extension.value), DER_TAG.sequence, 'DICE extension'),
  );
  const fwids = fields.find((field) => field.tag === TAG_FWIDS);
  return readHashPair(fwids === undefined ? fields[2] : derChildren(fwids)[0]);
}

function readHashPair(node: DerNode | undefined): Uint8Array {
  const [hash, digest] = derChildren(expectDer(node, DER_TAG.sequence, 'firmware identity'));
  const { content } = expectDer(digest, DER_TAG.octetString, 'firmware identity');
  if (derOid(hash, 'firmware identity') !== SHA384 || content.length !== 48) {
    throw derError('the firmware identity is not a SHA-384 digest');
  }
  return content;
}
