// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { loadIntermediate, SNP_PRODUCTS } from '../../attest/tee/sev-snp/roots/load.ts';
import { parseCertificates } from '../../attest/tee/endorsements.ts';
import type { SnpProduct } from '../../attest/tee/sev-snp/roots/load.ts';
import { instantToMs } from '../../core/instant.ts';
import { findScheme } from '../../attest/tee/registry.ts';
import type { PeerPrograms } from './build.ts';
import type { DifferentialCase, Peer } from './peer.ts';
import { askProgram } from './process-peer.ts';

/** What the npm packages are called here; versions are those of npm/package.json. */
const NPM_PEERS: readonly { readonly name: string; readonly kinds: readonly string[] }[] = [
  { name: '@phala/dcap-qvl 0.3.9', kinds: ['tdx', 'sgx'] },
  { name: '@phala/dcap-qvl-web 0.3.3', kinds: ['tdx', 'sgx'] },
  { name: '@0xsequence/tee-verifier 0.1.2', kinds: ['nitro'] },
  { name: '@evervault/wasm-attestation-bindings 0.3.1', kinds: ['nitro'] },
  { name: '@lit-protocol/sev-snp-utils-sdk 6.11.5', kinds: ['sev-snp'] },
  { name: 'jose 6.2.17', kinds: ['ear', 'gcp-cs-jwt'] },
];

/** Packages that trust the vendor's root and cannot be given another one. */
const FIXED_ROOT = new Set([
  '@phala/dcap-qvl-web 0.3.3',
  '@evervault/wasm-attestation-bindings 0.3.1',
  '@lit-protocol/sev-snp-utils-sdk 6.11.5',
]);

const SLOW = new Set(['@phala/dcap-qvl 0.3.9', '@lit-protocol/sev-snp-utils-sdk 6.11.5']);

/** Every verifier that is asked. */
export function makePeers(programs: PeerPrograms): readonly Peer[] {
  return [goSevGuest(programs.goSevGuest), dcapQvl(programs.dcapQvl), ...npmPeers(programs.npm)];
}

function goSevGuest(program: string): Peer {
  return {
    name: 'go-sev-guest 0.15.0',
    kinds: ['sev-snp'],
    mutantStride: 1,
    canJudge: () => true,
    ask: async (cases) => {
      type Said = { id: string; genuine: boolean; consistent: boolean; error: string };
      const answers = await askProgram(program, [], cases.map(snpQuestion));
      return (answers as unknown as readonly Said[]).map(({ id, genuine, consistent, error }) => ({
        id,
        genuine: genuine && consistent,
        error,
      }));
    },
  };
}

function snpQuestion(one: DifferentialCase): { readonly id: string } {
  const { endorsements, evidence } = one.input;
  const first = (role: string): Uint8Array | undefined => endorsements.get(role)?.[0];
  return {
    id: one.id,
    ...{
      report: base64(evidence),
      ek: base64(first('ek') ?? new Uint8Array()),
      crl: base64(first('crl') ?? new Uint8Array()),
      at: seconds(one),
      roots: rootsOf(one),
    },
  };
}

interface GoRoot {
  readonly product: string;
  readonly ark: string;
  readonly ask: string;
  readonly asvk: string;
}

/** The trusted root of each product, and below it the intermediate of the case or the published ones. */
function rootsOf(one: DifferentialCase): GoRoot[] {
  const supplied = one.input.endorsements.get('ask')?.[0];
  return one.input.anchors.flatMap((anchor) => {
    const name = commonNameOf(anchor.bytes);
    const product = SNP_PRODUCTS.find((line) => name === `ARK-${line}`);
    if (product === undefined) return [];
    const intermediates = { ...published(product), ...intermediateOf(supplied) };
    return [{ product, ark: base64(anchor.bytes), ...intermediates }];
  });
}

function published(product: SnpProduct): { ask: string; asvk: string } {
  return {
    ask: base64(loadIntermediate(product, 'VCEK')),
    asvk: base64(loadIntermediate(product, 'VLEK')),
  };
}

function intermediateOf(supplied: Uint8Array | undefined): { ask?: string; asvk?: string } {
  if (supplied === undefined) return {};
  const isVlek = commonNameOf(supplied).startsWith('SEV-VLEK');
  return isVlek ? { asvk: base64(supplied) } : { ask: base64(supplied) };
}

function commonNameOf(bytes: Uint8Array): string {
  try {
    return parseCertificates(bytes)[0]?.commonName ?? '';
  } catch {
    return '';
  }
}

function dcapQvl(program: string): Peer {
  return {
    name: 'dcap-qvl 0.7.0',
    kinds: ['tdx', 'sgx'],
    mutantStride: 1,
    canJudge: hasCollateral,
    ask: (cases) => askProgram(program, [], cases.map(dcapQuestion)),
  };
}

function dcapQuestion(one: DifferentialCase): { readonly id: string } {
  const [root] = parseCertificates(one.input.anchors[0]?.bytes ?? new Uint8Array());
  return {
    id: one.id,
    ...{
      quote: base64(one.input.evidence),
      collateral: collateralOf(one),
      at: seconds(one),
      root: base64(root?.der ?? new Uint8Array()),
    },
  };
}

function hasCollateral(one: DifferentialCase): boolean {
  return collateralOf(one) !== undefined;
}

function collateralOf(one: DifferentialCase): unknown {
  const [bytes] = one.input.endorsements.get('collateral') ?? [];
  try {
    return JSON.parse(Buffer.from(bytes ?? new Uint8Array()).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function npmPeers(folder: string): readonly Peer[] {
  return NPM_PEERS.map(({ name, kinds }) => ({
    name,
    kinds,
    mutantStride: SLOW.has(name) ? 5 : 1,
    canJudge: (one) => (!FIXED_ROOT.has(name) || hasPinnedRoot(one)) && canAsk(name, one),
    ask: (cases) =>
      askProgram(
        process.execPath,
        [join(import.meta.dirname, 'npm-peer.ts'), folder, name],
        cases.map((one) => npmQuestion(name, one)),
      ),
  }));
}

function canAsk(name: string, one: DifferentialCase): boolean {
  if (name.startsWith('@phala')) return hasCollateral(one);
  return !name.startsWith('@lit') || one.input.endorsements.has('ek');
}

function hasPinnedRoot(one: DifferentialCase): boolean {
  const pinned = findScheme(one.kind)?.pinnedAnchors() ?? [];
  return one.input.anchors.every(({ name }) => pinned.some((anchor) => anchor.name === name));
}

function npmQuestion(name: string, one: DifferentialCase): { readonly id: string } {
  if (name.startsWith('@phala')) return dcapQuestion(one);
  const { endorsements, anchors, evidence } = one.input;
  return {
    id: one.id,
    ...{
      kind: one.kind,
      evidence: base64(evidence),
      at: seconds(one),
      ek: base64(endorsements.get('ek')?.[0] ?? new Uint8Array()),
      anchor: base64(anchors[0]?.bytes ?? new Uint8Array()),
    },
  };
}

function seconds(one: DifferentialCase): number {
  return Math.floor(instantToMs(one.input.at) / 1000);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
