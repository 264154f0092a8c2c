// SPDX-License-Identifier: Apache-2.0
// Asks one npm package: `npm-peer.ts FOLDER NAME`, a JSON case a line on standard input, a JSON verdict a line out.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

interface Question {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly evidence: string;
  readonly ek: string;
  readonly anchor: string;
  readonly quote: string;
  readonly root: string;
  readonly collateral: Readonly<Record<string, string>>;
}

interface Answer {
  readonly genuine: boolean;
  readonly status?: string;
  readonly advisories?: readonly string[];
  readonly error: string;
}

type Ask = (question: Question) => Promise<Answer>;

const [folder = '', name = ''] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));

/** The packages have no types that could be had here: each is told what is called of it. */
async function load<T>(id: string): Promise<T> {
  return (await import(pathToFileURL(require.resolve(id)).href)) as T;
}

function wasmOf(id: string, file: string): Uint8Array {
  return readFileSync(join(dirname(require.resolve(id)), file));
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');
const yes: Answer = { genuine: true, error: '' };
const no = (error: string): Answer => ({ genuine: false, error });

/** Members that dcap-qvl in other languages takes as bytes. */
const BINARY = ['root_ca_crl', 'pck_crl', 'tcb_info_signature', 'qe_identity_signature'];

async function phala(): Promise<Ask> {
  type Report = { status: string; advisory_ids: string[] };
  type Verifier = { verify(quote: Buffer, collateral: unknown, at: number): Report };
  type Module = { QuoteVerifier: { newWithRootCa(der: Buffer): Verifier } };
  const { QuoteVerifier } = (await load<{ default: Module }>('@phala/dcap-qvl')).default;
  return async (question) => {
    const verifier = QuoteVerifier.newWithRootCa(bytesOf(question.root));
    const collateral = Object.fromEntries(
      Object.entries(question.collateral).map(([key, text]) => [
        key,
        BINARY.includes(key) ? Buffer.from(text, 'hex') : text,
      ]),
    );
    const report = verifier.verify(bytesOf(question.quote), collateral, question.at);
    return { ...yes, status: report.status, advisories: report.advisory_ids };
  };
}

async function phalaWeb(): Promise<Ask> {
  type Report = { status: string; advisory_ids: string[] };
  type Module = {
    initSync(input: { module: Uint8Array }): void;
    js_verify(quote: Uint8Array, collateral: unknown, at: bigint): Report;
  };
  const id = '@phala/dcap-qvl-web';
  const module = await load<Module>(id);
  module.initSync({ module: wasmOf(id, 'dcap-qvl-web_bg.wasm') });
  return async ({ quote, collateral, at }) => {
    const report = module.js_verify(new Uint8Array(bytesOf(quote)), collateral, BigInt(at));
    return { ...yes, status: report.status, advisories: report.advisory_ids };
  };
}

async function sequence(): Promise<Ask> {
  type Document = {
    rootCertFingerprint(): Promise<string>;
    verifyRootOfTrust(at: Date): Promise<boolean>;
    verifySignature(): Promise<boolean>;
  };
  type Module = { SignedAttestation: { fromDocument(text: string): Document } };
  // written for browsers
  Object.assign(globalThis, { window: globalThis });
  const { SignedAttestation } = await load<Module>('@0xsequence/tee-verifier');
  return async ({ evidence, at, anchor }) => {
    const document = SignedAttestation.fromDocument(evidence);
    const root = new X509Certificate(bytesOf(anchor)).raw;
    const pinned = createHash('sha256').update(root).digest('hex');
    if ((await document.rootCertFingerprint()) !== pinned) return no('another root');
    if (!(await document.verifyRootOfTrust(new Date(at * 1000)))) return no('root of trust');
    return (await document.verifySignature()) ? yes : no('signature');
  };
}

async function evervault(): Promise<Ask> {
  type Pcrs = { readonly free: () => void };
  type Module = {
    initSync(input: { module: Uint8Array }): void;
    PCRs: { empty(): Pcrs };
    // the package's own name for it
    // oxlint-disable-next-line pedigree/no-validate
    validateAttestationDocPcrs(document: string, pcrs: readonly Pcrs[]): boolean;
  };
  const id = '@evervault/wasm-attestation-bindings';
  const module = await load<Module>(id);
  module.initSync({ module: wasmOf(id, 'index_bg.wasm') });
  return async ({ evidence, at }) => {
    // it can be told no time, so that the clock of this process is set
    const now = Date.now;
    Date.now = () => at * 1000;
    try {
      const isValid = module.validateAttestationDocPcrs(evidence, [module.PCRs.empty()]);
      return isValid ? yes : no('refused');
    } finally {
      Date.now = now;
    }
  };
}

async function lit(): Promise<Ask> {
  type Module = {
    initWasmSevSnpUtilsSdk(): Promise<unknown>;
    verify_attestation_report(report: string, vcek: Uint8Array): Promise<void>;
  };
  const { default: module } = await load<{ default: Module }>('@lit-protocol/sev-snp-utils-sdk');
  await module.initWasmSevSnpUtilsSdk();
  return async ({ evidence, ek }) => {
    await module.verify_attestation_report(evidence, new Uint8Array(bytesOf(ek)));
    return yes;
  };
}

async function jose(): Promise<Ask> {
  type Module = {
    importJWK(jwk: unknown, alg: string): Promise<unknown>;
    importX509(pem: string, alg: string): Promise<unknown>;
    jwtVerify(token: string, key: unknown, options: unknown): Promise<unknown>;
    decodeProtectedHeader(token: string): {
      readonly alg: string;
      readonly x5c?: readonly string[];
    };
  };
  const module = await load<Module>('jose');
  return async ({ kind, evidence, anchor, at }) => {
    const token = bytesOf(evidence).toString('latin1').trim();
    const currentDate = new Date(at * 1000);
    if (kind === 'ear') {
      const algorithms = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'PS384', 'EdDSA'];
      const jwk: unknown = JSON.parse(bytesOf(anchor).toString('utf8'));
      const { alg } = module.decodeProtectedHeader(token);
      const key = await module.importJWK(jwk, alg);
      await module.jwtVerify(token, key, { algorithms, currentDate });
      return yes;
    }
    const chain = (module.decodeProtectedHeader(token).x5c ?? []).map(
      (item) => new X509Certificate(bytesOf(item)),
    );
    const fault = chainFault(chain, new X509Certificate(bytesOf(anchor)), currentDate);
    if (fault !== undefined) return no(fault);
    const key = await module.importX509(chain[0]?.toString() ?? '', 'RS256');
    await module.jwtVerify(token, key, { algorithms: ['RS256'], currentDate });
    return yes;
  };
}

/** The chain as Node checks it: jose leaves it to its caller. */
function chainFault(
  chain: readonly X509Certificate[],
  anchor: X509Certificate,
  at: Date,
): string | undefined {
  const root = chain.at(-1);
  if (root === undefined || !root.raw.equals(anchor.raw)) return 'another root';
  for (const [index, one] of chain.entries()) {
    const issuer = chain[index + 1] ?? one;
    const isInForce = at >= new Date(one.validFrom) && at <= new Date(one.validTo);
    if (!isInForce || !one.checkIssued(issuer) || !one.verify(issuer.publicKey)) return 'chain';
  }
  return undefined;
}

const PACKAGES: ReadonlyMap<string, () => Promise<Ask>> = new Map([
  ['@phala/dcap-qvl 0.3.9', phala],
  ['@phala/dcap-qvl-web 0.3.3', phalaWeb],
  ['@0xsequence/tee-verifier 0.1.2', sequence],
  ['@evervault/wasm-attestation-bindings 0.3.1', evervault],
  ['@lit-protocol/sev-snp-utils-sdk 6.11.5', lit],
  ['jose 6.2.17', jose],
]);

const open = PACKAGES.get(name);
if (open === undefined) throw new Error(`no package ${name}`);
// what a package writes to the console is no answer
const write = process.stdout.write.bind(process.stdout);
console.log = () => undefined;
console.error = () => undefined;
console.warn = () => undefined;
const ask = await open();
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question;
  const answer = await ask(question).catch((error: unknown) =>
    no(error instanceof Error ? error.message : String(error)),
  );
  write(`${JSON.stringify({ id: question.id, ...answer })}\n`);
}
