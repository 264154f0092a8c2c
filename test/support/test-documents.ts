// SPDX-License-Identifier: Apache-2.0
import { sha256, type Digest } from '../../core/digest.ts';
import { signDsse } from '../../attest/signature/sign.ts';
import type { SigningKey } from '../../attest/trust/signing-key.ts';
import { canonicalizeJcs, type JsonObject } from '../../core/canonical-json-jcs.ts';
import { artefactOf, type Artefact } from '../../schemas/statements/artefact.ts';
import {
  createCompletenessStatement,
  type Coverage,
} from '../../schemas/statements/completeness.ts';
import {
  createDeploymentStatement,
  type DeploymentStatement,
} from '../../schemas/statements/deployment.ts';
import { createEvaluationStatement } from '../../schemas/statements/evaluation.ts';
import {
  createRevocationStatement,
  type RevocationStatement,
} from '../../schemas/statements/revocation.ts';
import { encodeStatement, type StatementJson } from '../../schemas/statements/statement.ts';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** A file of a small world: its name and the digest of content that nobody has. */
export interface TestFile {
  readonly path: string;
  readonly ref: Digest;
}

/** The file of a path; another `content` is another file at the same path. */
export function file(path: string, content: string = path): TestFile {
  return { path, ref: sha256(`content of ${content}`) };
}

export function artefact({ path, ref }: TestFile): Artefact {
  return artefactOf(ref, path);
}

function hexMap(files: readonly TestFile[]): Record<string, { sha256: string }> {
  return Object.fromEntries(
    files.map(({ path, ref }) => [path, { sha256: ref.slice('sha256:'.length) }]),
  );
}

function toBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalizeJcs(value));
}

/** A bare in-toto link: one step, what it read and what it wrote. */
export function linkOf(
  name: string,
  materials: readonly TestFile[],
  products: readonly TestFile[],
): Uint8Array {
  return toBytes({
    _type: 'link',
    name,
    command: [name],
    materials: hexMap(materials),
    products: hexMap(products),
    byproducts: {},
    environment: {},
  });
}

export interface ProvenanceInput {
  readonly builder: string;
  readonly invocation: string;
  readonly buildType?: string;
  readonly inputs: readonly TestFile[];
  readonly products: readonly TestFile[];
  /** Another digest of the first product, by algorithm. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** SLSA provenance v1, unsigned. */
export function provenanceOf(input: ProvenanceInput): Uint8Array {
  const { builder, invocation, inputs, products, alias = {} } = input;
  const descriptor = ({ path, ref }: TestFile, more: Readonly<Record<string, string>> = {}) => ({
    name: path,
    digest: { sha256: ref.slice('sha256:'.length), ...more },
  });
  return toBytes({
    _type: 'https://in-toto.io/Statement/v1',
    subject: products.map((product, at) => descriptor(product, at === 0 ? alias : {})),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: input.buildType ?? 'https://example.org/build/v1',
        externalParameters: {},
        resolvedDependencies: inputs.map((one) => descriptor(one)),
      },
      runDetails: { builder: { id: builder }, metadata: { invocationId: invocation } },
    },
  });
}

export interface ComponentInput {
  readonly type: 'machine-learning-model' | 'data' | 'library' | 'application' | 'file';
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly ref?: Digest;
}

/** A CycloneDX BOM: the whole, and what it is made of. */
export function bomOf(whole: ComponentInput, parts: readonly ComponentInput[]): Uint8Array {
  const component = (input: ComponentInput, at: number): JsonObject => ({
    type: input.type,
    'bom-ref': `c${at}`,
    name: input.name,
    ...(input.version !== undefined && { version: input.version }),
    ...(input.purl !== undefined && { purl: input.purl }),
    ...(input.ref !== undefined && {
      hashes: [{ alg: 'SHA-256', content: input.ref.slice('sha256:'.length) }],
    }),
  });
  return toBytes({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component(whole, 0) },
    components: parts.map((part, at) => component(part, at + 1)),
    dependencies: [{ ref: 'c0', dependsOn: parts.map((_, at) => `c${at + 1}`) }],
  });
}

export function completenessOf(covers: Coverage, about: readonly TestFile[]): Uint8Array {
  return encode(createCompletenessStatement({ subjects: about.map(artefact), covers }));
}

export function deploymentOf(
  what: TestFile,
  where: Omit<DeploymentStatement, 'artefact'>,
): Uint8Array {
  return encode(createDeploymentStatement({ artefact: artefact(what), ...where }));
}

export function evaluationOf(model: TestFile, dataset: TestFile, value: number): Uint8Array {
  return encode(
    createEvaluationStatement({
      model: artefact(model),
      dataset: artefact(dataset),
      metrics: [{ metric: 'accuracy', value }],
      sampleSize: 500,
    }),
  );
}

export function revocationOf(revocation: RevocationStatement): Uint8Array {
  return encode(createRevocationStatement(revocation));
}

function encode(statement: StatementJson): Uint8Array {
  return encodeStatement(statement);
}

/** A DSSE envelope over a payload. */
export function signed(payload: Uint8Array, ...keys: [SigningKey, ...SigningKey[]]): Uint8Array {
  return signDsse(PAYLOAD_TYPE, payload, keys);
}

/** An envelope whose signature names its key and does not hold: one bit of the signature is flipped. */
export function brokenSignature(envelope: Uint8Array): Uint8Array {
  const value = JSON.parse(new TextDecoder().decode(envelope)) as {
    signatures: { sig: string }[];
  };
  for (const signature of value.signatures) {
    const bytes = Buffer.from(signature.sig, 'base64');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    signature.sig = bytes.toString('base64');
  }
  return toBytes(value);
}

const TAR_BLOCK = 512;

/** A tar of some members (POSIX ustar), for archives of documents. */
export function tarOf(
  members: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Uint8Array {
  const blocks = members.flatMap(({ name, bytes }) => [tarHeader(name, bytes.length), pad(bytes)]);
  return new Uint8Array(Buffer.concat([...blocks, Buffer.alloc(2 * TAR_BLOCK)]));
}

function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(TAR_BLOCK);
  header.write(name, 0, 100, 'utf8');
  header.write('0000644\0', 100, 'ascii');
  header.write('0000000\0', 108, 'ascii');
  header.write('0000000\0', 116, 'ascii');
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'ascii');
  header.write('00000000000\0', 136, 'ascii');
  header.write('        ', 148, 'ascii');
  header.write('0', 156, 'ascii');
  header.write('ustar\0', 257, 'ascii');
  header.write('00', 263, 'ascii');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return header;
}

function pad(bytes: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil(bytes.length / TAR_BLOCK) * TAR_BLOCK);
  padded.set(bytes);
  return padded;
}
