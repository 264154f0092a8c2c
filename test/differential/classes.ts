// SPDX-License-Identifier: Apache-2.0
import type { Comparison, Outcome } from './peer.ts';

/** A kind of disagreement that is understood; docs/tee-differential.md says for each who is right and by which clause. */
export interface DisagreementClass {
  readonly id: string;
  /** Names of peers begin with one of these. */
  readonly peers: readonly string[];
  readonly outcome: Outcome;
  /** Codes of our first finding. Absent: any. */
  readonly ours?: readonly string[];
  /** What the peer says, in its error or status. Absent: anything. */
  readonly theirs?: RegExp;
  /** What was changed in the case, or the name of a vector. Absent: anything. */
  readonly change?: RegExp;
}

const GO = ['go-sev-guest'];
const QVL = ['dcap-qvl'];
const JS = ['@phala/dcap-qvl 0.3.9'];
const WASM = ['@phala/dcap-qvl-web'];
const ALL_QVL = [...QVL, ...JS, ...WASM];
const LIT = ['@lit-protocol'];

/** Every class, the narrow ones first: the first that fits is taken. A disagreement that fits none fails the run. */
export const DISAGREEMENT_CLASSES: readonly DisagreementClass[] = [
  // SEV-SNP
  {
    id: 'snp-size',
    peers: GO,
    outcome: 'only-they-accept',
    ours: ['malformed'],
    change: /longer|twice|trailing|random/,
  },
  {
    id: 'lit-form',
    peers: LIT,
    outcome: 'only-they-accept',
    ours: ['malformed'],
    change: /longer|twice|trailing|truncated|short|random|tail|VERSION|ALGO|reserved|top|KEY_INFO/,
  },
  {
    id: 'snp-crl-window',
    peers: [...GO, ...LIT],
    outcome: 'only-they-accept',
    ours: ['crl-stale', 'crl-not-yet-valid'],
  },
  {
    id: 'snp-crl-form',
    peers: GO,
    outcome: 'only-they-accept',
    ours: ['endorsement-malformed'],
    change: /crl longer/,
  },
  { id: 'snp-crl-issuer', peers: GO, outcome: 'only-they-accept', ours: ['crl-issuer'] },
  {
    id: 'snp-product-name',
    peers: GO,
    outcome: 'only-they-accept',
    ours: ['product-mismatch'],
    change: /product name/,
  },
  {
    id: 'snp-cpuid-rewritten',
    peers: GO,
    outcome: 'only-they-accept',
    ours: ['report-signature'],
    change: /CPUID|random/,
  },
  {
    id: 'snp-own-intermediate',
    peers: GO,
    outcome: 'only-they-accept',
    ours: ['issuer-name'],
    change: /vlek-chain/,
  },
  {
    id: 'snp-turin-fmc',
    peers: GO,
    outcome: 'only-we-accept',
    theirs: /not an AMD KDS OID: 1\.3\.6\.1\.4\.1\.3704\.1\.3\.9/,
  },
  {
    id: 'snp-models',
    peers: GO,
    outcome: 'only-we-accept',
    theirs: /Last error: <nil>/,
    change: /model/,
  },
  {
    id: 'snp-tcb-reserved',
    peers: GO,
    outcome: 'only-we-accept',
    theirs: /CURRENT_TCB/,
    change: /TCB byte 4/,
  },
  { id: 'snp-struct-version', peers: GO, outcome: 'only-we-accept', theirs: /StructVersion/ },
  {
    id: 'lit-milan-vcek-only',
    peers: LIT,
    outcome: 'only-we-accept',
    theirs: /Signer certificate does not RSA sign/,
  },
  {
    id: 'lit-no-chain-of-the-case',
    peers: LIT,
    outcome: 'only-they-accept',
    ours: [
      'certificate-signature',
      'issuer-name',
      'root-not-trusted',
      'certificate-malformed',
      'endorsement-malformed',
      'subject-alg',
      'key-usage',
      'not-a-ca',
    ],
  },
  {
    id: 'lit-no-clock',
    peers: LIT,
    outcome: 'only-they-accept',
    ours: ['certificate-expired', 'certificate-not-yet-valid'],
  },
  {
    id: 'lit-no-revocation',
    peers: LIT,
    outcome: 'only-they-accept',
    ours: ['crl-issuer', 'crl-signature', 'intermediate-revoked'],
  },

  // DCAP: they take what we refuse
  {
    id: 'dcap-outer-length',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: ['malformed'],
    change: /length|outer type|cert-?type|random/,
  },
  {
    id: 'dcap-pck-crl-chain',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: [
      'root-not-trusted',
      'collateral-missing',
      'collateral-malformed',
      'certificate-signature',
      'certificate-malformed',
      'chain-length',
      'issuer-name',
    ],
    change: /pck_crl_issuer_chain/,
  },
  {
    id: 'dcap-chain-root',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: ['root-not-trusted'],
    change: /issuer_chain/,
  },
  {
    id: 'dcap-chain-extra',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: ['chain-length', 'certificate-malformed', 'root-not-trusted'],
    change: /PCK chain|random|chain/,
  },
  { id: 'dcap-names', peers: ALL_QVL, outcome: 'only-they-accept', ours: ['certificate-name'] },
  {
    id: 'dcap-root-window',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: ['certificate-expired', 'certificate-not-yet-valid'],
    change: /^root/,
  },
  {
    id: 'dcap-crl-future',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: ['crl-not-yet-valid'],
  },
  {
    id: 'dcap-versions',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: ['collateral-kind'],
    change: /version/,
  },
  {
    id: 'dcap-mask',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: ['qe-identity'],
    change: /outside/,
  },
  {
    id: 'dcap-report-data',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: ['attestation-key'],
    change: /longer than a digest/,
  },
  {
    id: 'dcap-pceid',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: ['collateral-platform'],
    change: /PCEID/,
  },
  {
    id: 'dcap-unread',
    peers: ALL_QVL,
    outcome: 'only-they-accept',
    ours: ['collateral-malformed'],
    change: /tcbType|module identities twice|evaluation number|no module|statuses/,
  },

  // DCAP: we take what they refuse
  {
    id: 'dcap-crl-last-second',
    peers: QVL,
    outcome: 'only-we-accept',
    theirs: /CrlExpired/,
    change: /until 2025-07-01T00:00:00Z/,
  },
  {
    id: 'dcap-auth-data',
    peers: ALL_QVL,
    outcome: 'only-we-accept',
    theirs: /auth data length|QE report hash mismatch/,
    change: /authentication data/,
  },
  {
    id: 'dcap-sgx-versions',
    peers: ALL_QVL,
    outcome: 'only-we-accept',
    theirs: /SGX TEE quote must have version 3/,
  },
  {
    id: 'dcap-td-attributes',
    peers: ALL_QVL,
    outcome: 'only-we-accept',
    theirs: /Reserved bits|SEPT_VE|migration|SERVTD|Debug mode|profiling|service td/i,
  },
  {
    id: 'dcap-short-chain',
    peers: ALL_QVL,
    outcome: 'only-we-accept',
    theirs: /Certificate chain is too short/,
    change: /issuer_chain/,
  },

  // DCAP: the status
  { id: 'dcap-order', peers: ALL_QVL, outcome: 'status-differs', change: /wrong order/ },
  {
    id: 'dcap-enclave-configuration',
    peers: QVL,
    outcome: 'status-differs',
    change: /enclave (OutOfDate)?ConfigurationNeeded/,
  },

  // @phala/dcap-qvl (JavaScript) and its WebAssembly of an earlier version
  {
    id: 'phala-revocation-open',
    peers: JS,
    outcome: 'only-they-accept',
    ours: [
      'crl-stale',
      'crl-signature',
      'crl-issuer',
      'issuer-name',
      'certificate-revoked',
      'collateral-missing',
      'collateral-malformed',
    ],
    change: /crl|list|CRL/i,
  },
  {
    id: 'phala-module-unread',
    peers: [...JS, ...WASM],
    outcome: 'only-they-accept',
    ours: [
      'module-unknown',
      'module-signer',
      'module-attributes',
      'module-no-level',
      'tcb-revoked',
      'tcb-no-level',
    ],
  },
  {
    id: 'phala-statuses',
    peers: [...JS, ...WASM],
    outcome: 'only-they-accept',
    ours: ['collateral-malformed'],
    change: /status|enclave/,
  },
  { id: 'phala-ca-flag', peers: JS, outcome: 'only-they-accept', ours: ['not-a-ca'] },
  { id: 'phala-vendor', peers: JS, outcome: 'only-they-accept', ours: ['qe-vendor'] },
  { id: 'phala-status', peers: [...JS, ...WASM], outcome: 'status-differs' },
  {
    id: 'phala-web-version-5',
    peers: WASM,
    outcome: 'only-we-accept',
    theirs: /quote|version|decode/i,
  },
  {
    id: 'phala-web-collateral-open',
    peers: WASM,
    outcome: 'only-they-accept',
    ours: [
      'collateral-signature',
      'collateral-not-yet-valid',
      'collateral-stale',
      'collateral-kind',
      'collateral-malformed',
      'collateral-missing',
      'crl-stale',
      'crl-not-yet-valid',
      'crl-issuer',
      'crl-signature',
      'certificate-malformed',
      'qe-identity',
      'certificate-expired',
      'root-not-trusted',
    ],
  },

  // Nitro
  {
    id: 'nitro-unprotected',
    peers: ['@0xsequence', '@evervault'],
    outcome: 'only-they-accept',
    ours: ['malformed'],
    change: /unprotected-extra|tag-18/,
  },
  { id: 'nitro-field-size', peers: ['@evervault'], outcome: 'only-we-accept', change: /blocky/ },

  // Tokens
  {
    id: 'jwt-not-yet-issued',
    peers: ['jose'],
    outcome: 'only-they-accept',
    ours: ['token-not-yet-issued'],
  },
  {
    id: 'ear-content',
    peers: ['jose'],
    outcome: 'only-they-accept',
    ours: ['ear-status', 'malformed'],
    change: /ear-/,
  },
];

/** The class that a disagreement belongs to, or undefined for a new one. */
export function findClass(one: Comparison): DisagreementClass | undefined {
  return DISAGREEMENT_CLASSES.find(
    ({ peers, outcome, ours, theirs, change }) =>
      peers.some((peer) => one.peer.startsWith(peer)) &&
      outcome === one.outcome &&
      (ours === undefined || ours.includes(one.ours.findings[0]?.code ?? '')) &&
      (theirs === undefined || theirs.test(one.theirs.error)) &&
      (change === undefined || change.test(nameOf(one))),
  );
}

/** Vectors are known by their name, mutants and variants by what was changed. */
function nameOf({ case: { origin, id, change } }: Comparison): string {
  return origin === 'vector' ? id : change;
}

/** True for an outcome that needs no explanation. */
export function isAgreement(outcome: Outcome): boolean {
  return outcome === 'both-accept' || outcome === 'both-refuse';
}
