// SPDX-License-Identifier: Apache-2.0
import { parseHclReport } from '../../attest/tee/azure-snp/abi.ts';
import { parseDcapQuote } from '../../attest/tee/dcap/abi.ts';
import type { DcapTee } from '../../attest/tee/dcap/abi.ts';
import { PCK_NAME, PROCESSOR_CA_NAME } from '../../attest/tee/dcap/chain.ts';
import { readPckFacts } from '../../attest/tee/dcap/pck.ts';
import { parseCertificates } from '../../attest/tee/endorsements.ts';
import { findScheme } from '../../attest/tee/registry.ts';
import type { TrustAnchor } from '../../attest/tee/scheme.ts';
import { parseSnpReport } from '../../attest/tee/sev-snp/abi.ts';
import { SNP_PRODUCTS } from '../../attest/tee/sev-snp/roots/load.ts';
import { parseContainer, readBase64 } from '../../attest/tee/tpm/evidence.ts';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { amdPublication } from './amd.ts';
import { intelPublication } from './intel.ts';
import { GOOGLE_CONFIDENTIAL_SPACE_KEYS, keySetPublication } from './key-set.ts';
import type { Publication } from './published-file.ts';

/** What an operator wants to have from a vendor. */
export interface PublicationRequest {
  readonly kind: string;
  /** The evidence that it is wanted for. It says what to ask for and is not verified. */
  readonly evidence?: Uint8Array;
  /** AMD product line, where no evidence names it. */
  readonly product?: string;
  /** Hex of 6 bytes, where no evidence names it. */
  readonly fmspc?: string;
  /** Which authority issued the PCK certificate, where no evidence says so. Default: platform. */
  readonly ca?: string;
  /** A mirror in place of the vendor's host; for key sets their whole address. */
  readonly baseUrl?: URL;
  /** In place of the pinned ones. */
  readonly anchors?: readonly TrustAnchor[];
}

/**
 * What a vendor publishes for evidence of this kind.
 * @throws {PedigreeError} ERR_USAGE where it is not known what to ask for, or nothing is published for the kind;
 * ERR_PARSE_EVIDENCE for evidence that cannot be read; ERR_TRUST_INVALID
 */
export function publicationOf(request: PublicationRequest): Publication {
  const { kind, evidence, baseUrl } = request;
  switch (kind) {
    case 'sev-snp':
      return amdOf(request, evidence);
    case 'azure-snp-vtpm':
      return amdOf(request, evidence === undefined ? undefined : snpReportOf(evidence));
    case 'tdx':
    case 'sgx':
      return intelOf(request, kind);
    case 'gcp-cs-jwt':
      return keySetPublication(kind, baseUrl ?? new URL(GOOGLE_CONFIDENTIAL_SPACE_KEYS));
    case 'azure-maa':
    case 'intel-trust-authority':
      if (baseUrl !== undefined) return keySetPublication(kind, baseUrl);
      throw new PedigreeError('ERR_USAGE', 'name the address of the key set with --base-url');
    case 'nitro': {
      const why = 'the root is pinned and shipped, and documents bring the rest of their chain';
      return { files: [], notPublished: [{ title: 'AWS Nitro Enclaves root', why }], hosts: [] };
    }
    default:
      throw new PedigreeError(
        'ERR_USAGE',
        `nothing is fetched for the kind "${excerpt(kind, 40)}"`,
      );
  }
}

function anchorsOf({ kind, anchors }: PublicationRequest): readonly TrustAnchor[] {
  return anchors ?? findScheme(kind)?.pinnedAnchors() ?? [];
}

function snpReportOf(container: Uint8Array): Uint8Array {
  return parseHclReport(readBase64(parseContainer(container, ['hclReport']), 'hclReport'))
    .snpReport;
}

function amdOf(request: PublicationRequest, report: Uint8Array | undefined): Publication {
  const { product, baseUrl } = request;
  const known = SNP_PRODUCTS.find((one) => one.toLowerCase() === product?.toLowerCase());
  if (product !== undefined && known === undefined) {
    throw new PedigreeError('ERR_USAGE', `there is no product line "${excerpt(product, 40)}"`, {
      hint: `one of ${SNP_PRODUCTS.join(', ')}`,
    });
  }
  return amdPublication({
    report: report === undefined ? undefined : parseSnpReport(report),
    product: known,
    anchors: anchorsOf(request),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  });
}

function intelOf(request: PublicationRequest, tee: DcapTee): Publication {
  const { evidence, baseUrl } = request;
  const fmspc = request.fmspc?.toLowerCase();
  const stated = evidence === undefined ? undefined : platformOf(evidence, tee);
  if (stated !== undefined && fmspc !== undefined && stated.fmspc !== fmspc) {
    throw new PedigreeError('ERR_USAGE', `the quote is of FMSPC ${stated.fmspc}, not of --fmspc`);
  }
  const wanted = stated?.fmspc ?? fmspc;
  if (wanted === undefined || !/^[0-9a-f]{12}$/.test(wanted)) {
    throw new PedigreeError('ERR_USAGE', 'it is not known which platform is meant', {
      hint: 'name a quote with --evidence, or 12 hex digits with --fmspc',
    });
  }
  return intelPublication({
    tee,
    fmspc: wanted,
    ca: stated?.ca ?? authorityOf(request.ca),
    anchors: anchorsOf(request),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  });
}

function authorityOf(ca: string | undefined): 'platform' | 'processor' {
  if (ca === undefined || ca === 'platform') return 'platform';
  if (ca === 'processor') return ca;
  throw new PedigreeError('ERR_USAGE', '--ca is neither platform nor processor');
}

/** @throws {PedigreeError} ERR_PARSE_EVIDENCE */
function platformOf(
  evidence: Uint8Array,
  tee: DcapTee,
): { readonly fmspc: string; readonly ca: 'platform' | 'processor' } {
  const chain = parseCertificates(parseDcapQuote(evidence, tee).pckChain);
  const pck = chain.find(({ commonName }) => commonName === PCK_NAME);
  if (pck === undefined) {
    throw new PedigreeError('ERR_PARSE_EVIDENCE', 'the quote brings no PCK certificate');
  }
  const isProcessor = chain.some(({ commonName }) => commonName === PROCESSOR_CA_NAME);
  return { fmspc: readPckFacts(pck).fmspc, ca: isProcessor ? 'processor' : 'platform' };
}
