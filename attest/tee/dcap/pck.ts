// SPDX-License-Identifier: Apache-2.0
import type { Certificate } from '../../x509/certificate.ts';
import {
  derChildren,
  derError,
  derOid,
  derSmallInteger,
  DER_TAG,
  expectDer,
  parseDer,
} from '../../x509/der.ts';
import type { DerNode } from '../../x509/der.ts';

const SGX_EXTENSIONS = '1.2.840.113741.1.13.1';
const OID_TCB = `${SGX_EXTENSIONS}.2`;
const OID_PCEID = `${SGX_EXTENSIONS}.3`;
const OID_FMSPC = `${SGX_EXTENSIONS}.4`;
const OID_PCE_SVN = `${OID_TCB}.17`;

/** CPUSVN is made of this many component SVNs, and so is TEE_TCB_SVN. */
export const TCB_COMPONENT_COUNT = 16;

/** What a PCK certificate says about its platform. Trustworthy once its chain is verified. */
export interface PckFacts {
  /** Family, model, stepping, platform type and custom SKU: lower-case hex of 6 bytes. */
  readonly fmspc: string;
  /** Lower-case hex of 2 bytes. */
  readonly pceId: string;
  /** 16 security version numbers, 0 to 255 each. */
  readonly sgxComponents: readonly number[];
  readonly pceSvn: number;
}

/**
 * Reads the SGX extensions of a PCK certificate.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see Intel SGX PCK Certificate and CRL Profile Specification, section 1.3.5
 */
export function readPckFacts(pck: Certificate): PckFacts {
  const extension = pck.extensions.get(SGX_EXTENSIONS);
  if (extension === undefined) throw derError('the PCK certificate has no SGX extensions');
  const facts = readAttributes(parseDer(extension.value), 'SGX extensions');
  const tcb = readAttributes(facts.get(OID_TCB), 'TCB of the SGX extensions');
  return {
    fmspc: readHex(facts.get(OID_FMSPC), 6, 'FMSPC'),
    pceId: readHex(facts.get(OID_PCEID), 2, 'PCEID'),
    sgxComponents: Array.from({ length: TCB_COMPONENT_COUNT }, (_, index) =>
      readSvn(tcb.get(`${OID_TCB}.${index + 1}`), 0xff, `SGX TCB component ${index + 1}`),
    ),
    pceSvn: readSvn(tcb.get(OID_PCE_SVN), 0xffff, 'PCESVN'),
  };
}

/** A SEQUENCE of pairs of OID and value; an OID that is given twice is refused. */
function readAttributes(node: DerNode | undefined, what: string): ReadonlyMap<string, DerNode> {
  const attributes = new Map<string, DerNode>();
  for (const entry of derChildren(expectDer(node, DER_TAG.sequence, what))) {
    const [type, value, ...rest] = derChildren(expectDer(entry, DER_TAG.sequence, what));
    const oid = derOid(type, what);
    if (value === undefined || rest.length > 0) throw derError(`${what}: ${oid} is malformed`);
    if (attributes.has(oid)) throw derError(`${what}: ${oid} is given twice`);
    attributes.set(oid, value);
  }
  return attributes;
}

function readHex(node: DerNode | undefined, sizeBytes: number, what: string): string {
  const { content } = expectDer(node, DER_TAG.octetString, what);
  if (content.length !== sizeBytes) throw derError(`${what} does not have ${sizeBytes} bytes`);
  return Buffer.from(content).toString('hex');
}

function readSvn(node: DerNode | undefined, max: number, what: string): number {
  const svn = derSmallInteger(node, what);
  if (svn > max) throw derError(`${what} is above ${max}`);
  return svn;
}
