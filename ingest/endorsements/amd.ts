// SPDX-License-Identifier: Apache-2.0
import type { SnpReport, SnpSigner } from '../../attest/tee/sev-snp/abi.ts';
import { isZero } from '../../attest/tee/sev-snp/abi.ts';
import {
  AMD_ALGORITHMS,
  findProduct,
  isOfChip,
  publishedIntermediate,
  readEkFacts,
  verifyNotRevoked,
} from '../../attest/tee/sev-snp/collateral.ts';
import type { SnpProduct } from '../../attest/tee/sev-snp/roots/load.ts';
import { isSameTcb, readTcb } from '../../attest/tee/sev-snp/tcb.ts';
import { kdsPath } from '../../attest/tee/sev-snp/verify.ts';
import { anchorCertificates, crlsOf, parseCertificates } from '../../attest/tee/endorsements.ts';
import type { TrustAnchor } from '../../attest/tee/scheme.ts';
import { isSameBytes } from '../../attest/x509/certificate.ts';
import type { Certificate } from '../../attest/x509/certificate.ts';
import { verifyCrl } from '../../attest/x509/crl.ts';
import type { CertificateRevocationList } from '../../attest/x509/crl.ts';
import { derError } from '../../attest/x509/der.ts';
import { verifyCertificatePath } from '../../attest/x509/path.ts';
import { PedigreeError } from '../../core/errors.ts';
import { failed, passed } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import type {
  FolderContext,
  Publication,
  PublishedFacts,
  PublishedFile,
} from './published-file.ts';

/** AMD's Key Distribution Service. */
export const AMD_KDS = 'https://kdsintf.amd.com';

const MAX_BYTES = 2 * 1024 * 1024;

/** Whose certificates are wanted. */
export interface AmdSubject {
  /** Undefined: only what serves a whole product line. */
  readonly report: SnpReport | undefined;
  /** For reports that do not name their processor (version 2), or no report. */
  readonly product: SnpProduct | undefined;
  readonly anchors: readonly TrustAnchor[];
  /** Default: AMD_KDS. */
  readonly baseUrl?: URL;
}

/** A product line, and whom to ask and to believe about it. */
interface Line {
  readonly product: SnpProduct;
  readonly signer: SnpSigner;
  readonly root: Certificate;
  readonly baseUrl: string;
}

/**
 * What AMD publishes for a report: the revocation list, the chain of the intermediate and the VCEK of its chip and TCB.
 * @throws {PedigreeError} ERR_USAGE where the product is not known or contradicts the report, ERR_TRUST_INVALID
 * @see AMD publication 57230, "Key Distribution Service"
 */
export function amdPublication(subject: AmdSubject): Publication {
  const { report, anchors, baseUrl = new URL(AMD_KDS) } = subject;
  const product = productOf(subject);
  const root = anchorCertificates(anchors).find((one) => one.commonName === `ARK-${product}`);
  if (root === undefined) {
    throw new PedigreeError('ERR_USAGE', `no root key ARK-${product} is trusted`);
  }
  const signer = report?.signer ?? 'VCEK';
  const line = { product, signer, root, baseUrl: baseUrl.href.replace(/\/$/, '') };
  const why = report === undefined ? undefined : findWhyNoEk(report);
  const ek = report === undefined || why !== undefined ? [] : [ekFile(line, report)];
  return {
    files: [crlFile(line), chainFile(line), ...ek],
    notPublished: why === undefined ? [] : [{ title: `${signer} certificate`, why }],
    hosts: [baseUrl.host],
  };
}

function productOf({ report, product }: AmdSubject): SnpProduct {
  const stated = report?.cpuid === undefined ? undefined : findProduct(report.cpuid);
  if (stated !== undefined && product !== undefined && stated !== product) {
    throw new PedigreeError('ERR_USAGE', `the report is of ${stated}, not of ${product}`);
  }
  const found = stated ?? product;
  if (found !== undefined) return found;
  throw new PedigreeError('ERR_USAGE', 'it is not known which product line is meant', {
    hint: 'name it with --product Milan, Genoa or Turin',
  });
}

function findWhyNoEk(report: SnpReport): string | undefined {
  if (report.signer === 'VLEK') {
    return 'AMD gives VLEK certificates to the cloud provider alone, which hands them out with the report';
  }
  return isZero(report.chipId)
    ? 'the host masks the chip id, so it cannot be asked for'
    : undefined;
}

function crlFile(line: Line): PublishedFile {
  return {
    name: crlName(line),
    title: `revocation list of ARK-${line.product}`,
    fetch: async (fetch) => {
      const url = `${lineUrl(line)}/crl`;
      return (await fetch({ url, maxBytes: MAX_BYTES })).bytes;
    },
    verify: (bytes, { at }) => {
      const verdict = verifyCrl(readCrl(bytes), line.root, at, AMD_ALGORITHMS);
      return verdict.status === 'passed'
        ? passed({ nextUpdate: verdict.value.nextUpdate })
        : verdict;
    },
    readDates: (bytes) => [{ part: 'revocation list', date: readCrl(bytes).thisUpdate }],
  };
}

function chainFile(line: Line): PublishedFile {
  return {
    name: chainName(line),
    title: `intermediate certificate of ${line.product} for ${line.signer}s`,
    fetch: async (fetch) => {
      const url = `${lineUrl(line)}/cert_chain`;
      return (await fetch({ url, maxBytes: MAX_BYTES })).bytes;
    },
    verify: (bytes, context) => verifyChain(line, bytes, context),
    readDates: (bytes) => [{ part: 'intermediate', date: readChain(bytes).intermediate.notBefore }],
  };
}

function verifyChain(
  line: Line,
  bytes: Uint8Array,
  { at, genuine }: FolderContext,
): Verdict<PublishedFacts> {
  const { product, signer, root } = line;
  const { intermediate, suppliedRoot } = readChain(bytes);
  if (!isSameBytes(suppliedRoot.der, root.der)) {
    const message = `the chain does not end in the trusted ARK-${product}`;
    return failed({ code: 'root-not-trusted', message });
  }
  const verdict = verifyCertificatePath({
    chain: [intermediate],
    anchor: root,
    at,
    algorithms: AMD_ALGORITHMS,
    endsInAuthority: true,
  });
  if (verdict.status !== 'passed') return verdict;
  const expected = signer === 'VCEK' ? `SEV-${product}` : `SEV-VLEK-${product}`;
  if (intermediate.commonName !== expected) {
    const message = `the intermediate is not ${expected}`;
    return failed({ code: 'intermediate-kind', message });
  }
  const crl = genuine.get(crlName(line));
  const endorsements = new Map(crl === undefined ? [] : [['crl', [crl]]]);
  const revocation = verifyNotRevoked(intermediate, root, endorsements, at);
  if (revocation.status === 'failed') return revocation;
  return passed({ nextUpdate: undefined });
}

function ekFile(line: Line, report: SnpReport): PublishedFile {
  return {
    name: `amd-${line.product.toLowerCase()}-vcek-${ekId(report)}.der`,
    title: 'VCEK certificate of the chip and TCB of the report',
    isFinal: true,
    fetch: async (fetch) => {
      const url = `${line.baseUrl}${kdsPath(report, line.product)}`;
      return (await fetch({ url, maxBytes: MAX_BYTES })).bytes;
    },
    verify: (bytes, context) => verifyEk(line, report, bytes, context),
    // each is as good as another of the same chip and TCB
    readDates: () => [],
  };
}

function verifyEk(
  line: Line,
  report: SnpReport,
  bytes: Uint8Array,
  { at, genuine }: FolderContext,
): Verdict<PublishedFacts> {
  const ek = readOne(parseCertificates(bytes), 'VCEK');
  const chain = genuine.get(chainName(line));
  const intermediate =
    chain === undefined
      ? publishedIntermediate(line.product, line.signer)
      : readChain(chain).intermediate;
  const path = { chain: [ek, intermediate], anchor: line.root, at, algorithms: AMD_ALGORITHMS };
  const verdict = verifyCertificatePath(path);
  if (verdict.status !== 'passed') return verdict;
  const facts = readEkFacts(ek);
  const reported = readTcb(line.product, report.reportedTcb);
  const isOurs =
    ek.commonName === 'SEV-VCEK' &&
    facts.product === line.product &&
    facts.hwid !== undefined &&
    isOfChip(report, facts.hwid) === true &&
    isSameTcb(facts.tcb, reported);
  if (isOurs) return passed({ nextUpdate: undefined });
  const message = 'the certificate is not the VCEK of the chip and TCB of the report';
  return failed({ code: 'endorsement-key-kind', message });
}

function readChain(bytes: Uint8Array): {
  readonly intermediate: Certificate;
  readonly suppliedRoot: Certificate;
} {
  const [intermediate, suppliedRoot, ...more] = parseCertificates(bytes);
  if (intermediate === undefined || suppliedRoot === undefined || more.length > 0) {
    throw derError('the chain is not an intermediate and a root');
  }
  return { intermediate, suppliedRoot };
}

function readCrl(bytes: Uint8Array): CertificateRevocationList {
  return readOne(crlsOf(new Map([['crl', [bytes]]]), 'crl'), 'revocation list');
}

function readOne<T>(list: readonly T[], what: string): T {
  const [one, ...more] = list;
  if (one === undefined || more.length > 0) throw derError(`the answer is not one ${what}`);
  return one;
}

function lineUrl({ baseUrl, signer, product }: Line): string {
  return `${baseUrl}/${signer.toLowerCase()}/v1/${product}`;
}

function crlName({ product }: Line): string {
  return `amd-${product.toLowerCase()}.crl`;
}

function chainName({ product, signer }: Line): string {
  return `amd-${product.toLowerCase()}-${signer.toLowerCase()}-chain.pem`;
}

/** Of chip and TCB; a few bytes of the chip are enough to tell files apart. */
function ekId({ chipId, reportedTcb }: SnpReport): string {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return `${hex(chipId.subarray(0, 8))}-${hex(reportedTcb)}`;
}
