// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../../../core/digest.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';
import { attestedStatementReader } from '../../../../ingest/extract/attested-statement.ts';
import { dsseReader } from '../../../../ingest/extract/dsse.ts';
import type { FormatReader, ReadContext, Reading } from '../../../../ingest/extract/extractor.ts';
import { intotoLayoutReader } from '../../../../ingest/extract/intoto-layout.ts';
import { intotoLinkReader } from '../../../../ingest/extract/intoto-link.ts';
import { intotoMetablockReader } from '../../../../ingest/extract/intoto-metablock.ts';
import { intotoStatementReader } from '../../../../ingest/extract/intoto-statement.ts';
import { omsReader } from '../../../../ingest/extract/oms.ts';
import { sigstoreBundleReader } from '../../../../ingest/extract/sigstore-bundle.ts';
import { slsaGcbReader } from '../../../../ingest/extract/slsa-gcb.ts';
import { slsaNpmReader } from '../../../../ingest/extract/slsa-npm.ts';
import { slsaProvenanceReader } from '../../../../ingest/extract/slsa-provenance.ts';
import { completenessReader } from '../../../../ingest/extract/statements/completeness.ts';
import { deploymentReader } from '../../../../ingest/extract/statements/deployment.ts';
import { evaluationReader } from '../../../../ingest/extract/statements/evaluation.ts';
import { revocationReader } from '../../../../ingest/extract/statements/revocation.ts';
import { sourceTreeReader } from '../../../../ingest/extract/statements/source-tree.ts';
import { witnessReader } from '../../../../ingest/extract/witness.ts';
import { detectAttestedStatement } from '../../../../schemas/attested-statement/attested-statement.ts';
import { decode, type Decoded, type Detected, type Detector } from '../../../../schemas/decoded.ts';
import { detectDsse } from '../../../../schemas/dsse/envelope.ts';
import { detectLayout } from '../../../../schemas/intoto/layout.ts';
import { detectLink } from '../../../../schemas/intoto/link.ts';
import { detectMetablock } from '../../../../schemas/intoto/metablock.ts';
import { detectStatement } from '../../../../schemas/intoto/statement.ts';
import { splitJsonLines } from '../../../../schemas/jsonl.ts';
import { detectSigstoreBundle } from '../../../../schemas/sigstore-bundle/bundle.ts';
import { detectGcbProvenance } from '../../../../schemas/slsa/gcb-provenance.ts';
import { detectNpmAttestations } from '../../../../schemas/slsa/npm-attestations.ts';

export const DETECTORS: readonly Detector[] = [
  detectAttestedStatement,
  detectSigstoreBundle,
  detectGcbProvenance,
  detectNpmAttestations,
  detectDsse,
  detectMetablock,
  detectStatement,
  detectLink,
  detectLayout,
];

export const READERS: readonly FormatReader[] = [
  attestedStatementReader,
  completenessReader,
  deploymentReader,
  dsseReader,
  evaluationReader,
  intotoLayoutReader,
  intotoLinkReader,
  intotoMetablockReader,
  intotoStatementReader,
  omsReader,
  revocationReader,
  sigstoreBundleReader,
  slsaGcbReader,
  slsaNpmReader,
  slsaProvenanceReader,
  sourceTreeReader,
  witnessReader,
];

/** One document of a file, with everything unpacked from it. */
export interface ReadDocument {
  readonly bytes: Uint8Array;
  readonly decoded?: Decoded;
  readonly detected?: Detected;
  readonly reading?: Reading;
  readonly error?: unknown;
  readonly inner: readonly ReadDocument[];
}

/** Reads bytes as the pipeline does: lines, detection, reading, inner documents. Errors stay with their document. */
export function readDocuments(bytes: Uint8Array, strict = false): readonly ReadDocument[] {
  const lines = splitJsonLines(bytes);
  return lines === undefined
    ? [readOne(bytes, strict)]
    : lines.map((line) => readOne(line.bytes, strict));
}

function readOne(bytes: Uint8Array, strict: boolean): ReadDocument {
  let decoded: Decoded;
  try {
    decoded = decode(bytes);
  } catch (error) {
    return { bytes, error, inner: [] };
  }
  const detected = DETECTORS.map((detect) => detect(decoded)).find((found) => found !== undefined);
  const reader = READERS.find(({ formats }) => formats.includes(detected?.format ?? ''));
  if (detected === undefined || reader === undefined) return { bytes, decoded, inner: [] };
  const context: ReadContext = { digest: sha256(bytes), strict };
  try {
    const reading = reader.read(decoded, detected, context);
    const inner = (reading.inner ?? []).map((document) => readOne(document.bytes, strict));
    return { bytes, decoded, detected, reading, inner };
  } catch (error) {
    return { bytes, decoded, detected, error, inner: [] };
  }
}

/** Every document of a file, outermost first. */
export function flatten(documents: readonly ReadDocument[]): readonly ReadDocument[] {
  return documents.flatMap((document) => [document, ...flatten(document.inner)]);
}

/** The facts of every document of a file that states some. */
export function factsOf(bytes: Uint8Array): readonly Facts[] {
  return flatten(readDocuments(bytes))
    .map(({ reading }) => reading?.facts)
    .filter((facts) => facts !== undefined)
    .filter(({ nodes }) => nodes.length > 0);
}

export function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** `from relation to` by ref, with the qualifiers that are asked for. */
export function edgeLines(facts: Facts, qualifiers: readonly string[] = []): readonly string[] {
  return facts.edges
    .map((edge) => {
      const marks = qualifiers
        .filter((key) => Object.hasOwn(edge.qualifiers, key))
        .map((key) => ` ${key}=${edge.qualifiers[key]}`);
      const from = facts.nodes[edge.from]?.ref ?? '?';
      const to = facts.nodes[edge.to]?.ref ?? '?';
      return `${from} ${edge.relation} ${to}${marks.join('')}`;
    })
    .sort();
}
