// SPDX-License-Identifier: Apache-2.0
// What AMD and Intel answer, by path, out of endorsements as tests make them.
import type { ServerResponse } from 'node:http';
import { toPem } from '../unit/attest/tee/support/fake-pki.ts';
import type { Handler } from './test-server.ts';

/** One answer of a vendor. */
export interface VendorAnswer {
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  /** True: the connection ends in the middle of the body. */
  readonly isCut?: boolean;
}

/** Answers by path without query; 404 for every other one. May be changed while the server runs. */
export type VendorAnswers = Map<string, VendorAnswer>;

export function answering(answers: VendorAnswers): Handler {
  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://mirror.example').pathname;
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(404).end('not there');
    else send(response, answer);
  };
}

function send(response: ServerResponse, answer: VendorAnswer): void {
  const body = Buffer.from(answer.body);
  const headers = { 'content-length': String(body.length), ...answer.headers };
  response.writeHead(answer.status ?? 200, headers);
  if (answer.isCut !== true) response.end(body);
  else response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

/** What the Key Distribution Service says about a product line and one chip. */
export function amdAnswers(
  endorsements: ReadonlyMap<string, readonly Uint8Array[]>,
  product: string,
  chip: string,
): VendorAnswers {
  const one = (role: string): Uint8Array => endorsements.get(role)?.[0] ?? new Uint8Array();
  const base = `/vcek/v1/${product}`;
  return new Map<string, VendorAnswer>([
    [`${base}/cert_chain`, { body: toPem(one('ask')) + toPem(one('ark')) }],
    [`${base}/crl`, { body: one('crl') }],
    [`${base}/${chip}`, { body: one('ek') }],
  ]);
}

/** What the Provisioning Certification Service says, out of collateral of nine members. */
export function intelAnswers(
  collateral: Readonly<Record<string, string>>,
  tee: 'sgx' | 'tdx',
): VendorAnswers {
  const text = (name: string): string => collateral[name] ?? '';
  const chain = (name: string): string => encodeURIComponent(text(name));
  const signed = (key: string, name: string): string =>
    `{"${key}":${text(name)},"signature":"${text(`${name}_signature`)}"}`;
  const der = (name: string): Buffer => Buffer.from(text(name), 'hex');
  return new Map<string, VendorAnswer>([
    [
      `/${tee}/certification/v4/tcb`,
      {
        body: signed('tcbInfo', 'tcb_info'),
        headers: { 'TCB-Info-Issuer-Chain': chain('tcb_info_issuer_chain') },
      },
    ],
    [
      `/${tee}/certification/v4/qe/identity`,
      {
        body: signed('enclaveIdentity', 'qe_identity'),
        headers: { 'SGX-Enclave-Identity-Issuer-Chain': chain('qe_identity_issuer_chain') },
      },
    ],
    [
      '/sgx/certification/v4/pckcrl',
      {
        body: der('pck_crl'),
        headers: { 'SGX-PCK-CRL-Issuer-Chain': chain('pck_crl_issuer_chain') },
      },
    ],
    ['/sgx/certification/v4/rootcacrl', { body: text('root_ca_crl') }],
  ]);
}
