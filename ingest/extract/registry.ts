// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { ARCHIVE_LIMITS } from '../../schemas/archive/model.ts';
import { detectArchive } from '../../schemas/archive/detect.ts';
import { decode } from '../../schemas/decoded.ts';
import { detect } from '../../schemas/detect.ts';
import { splitJsonLines } from '../../schemas/jsonl.ts';
import { findLinesReport } from '../../schemas/tool-report/detect.ts';
import { extractArchiveFacts } from '../unpack/archive-facts.ts';
import { unpackArchive } from '../unpack/unpack-archive.ts';
import { attestedStatementReader } from './attested-statement.ts';
import { croissantReader } from './croissant.ts';
import { csafReader } from './csaf.ts';
import { cyclonedxReader } from './cyclonedx.ts';
import { cyclonedxXmlReader } from './cyclonedx-xml.ts';
import { dsseReader } from './dsse.ts';
import { dvcReader } from './dvc.ts';
import { evaluationReportReader } from './evaluation-report.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { hfDatasetCardReader, hfDatasetInfosReader } from './hf-dataset-card.ts';
import { hfModelCardReader } from './hf-model-card.ts';
import { intotoLayoutReader } from './intoto-layout.ts';
import { intotoLinkReader } from './intoto-link.ts';
import { intotoMetablockReader } from './intoto-metablock.ts';
import { intotoStatementReader } from './intoto-statement.ts';
import { kubernetesReader } from './kubernetes.ts';
import { mlflowReader } from './mlflow.ts';
import { mlmodelReader } from './mlmodel.ts';
import { omsReader } from './oms.ts';
import { opaqueReader } from './opaque.ts';
import { openLineageFacetReader, openLineageReader } from './openlineage.ts';
import { openVexReader } from './openvex.ts';
import { osvReader } from './osv.ts';
import { sigstoreBundleReader } from './sigstore-bundle.ts';
import { slsaGcbReader } from './slsa-gcb.ts';
import { slsaNpmReader } from './slsa-npm.ts';
import { slsaProvenanceReader } from './slsa-provenance.ts';
import { spdx2Reader } from './spdx2.ts';
import { spdx3Reader } from './spdx3.ts';
import { syftReader } from './syft.ts';
import { completenessReader } from './statements/completeness.ts';
import { deploymentReader } from './statements/deployment.ts';
import { evaluationReader } from './statements/evaluation.ts';
import { revocationReader } from './statements/revocation.ts';
import { toolReportReader } from './tool-report.ts';
import { witnessReader } from './witness.ts';

/** One line a format. */
const READERS: ReadonlyMap<string, FormatReader> = new Map(
  [
    attestedStatementReader,
    sigstoreBundleReader,
    dsseReader,
    intotoMetablockReader,
    intotoLinkReader,
    intotoLayoutReader,
    intotoStatementReader,
    slsaProvenanceReader,
    slsaNpmReader,
    slsaGcbReader,
    witnessReader,
    omsReader,
    evaluationReader,
    deploymentReader,
    completenessReader,
    revocationReader,
    cyclonedxReader,
    cyclonedxXmlReader,
    spdx2Reader,
    spdx3Reader,
    syftReader,
    croissantReader,
    evaluationReportReader,
    hfModelCardReader,
    hfDatasetCardReader,
    hfDatasetInfosReader,
    dvcReader,
    mlmodelReader,
    mlflowReader,
    openLineageReader,
    openLineageFacetReader,
    kubernetesReader,
    openVexReader,
    csafReader,
    osvReader,
    toolReportReader,
    opaqueReader,
  ].flatMap((reader) => reader.formats.map((format) => [format, reader] as const)),
);

/** What a document says, and the reader that said so. */
export interface ReadDocument {
  readonly reading: Reading;
  readonly extractor: string;
}

/**
 * Reads one document: archives and JSON Lines are opened, everything else goes to the reader of its format. A report that
 * means nothing line by line is one document, though it is written as lines.
 * @throws {PedigreeError} where the bytes are not what they claim to be
 */
export async function readDocument(bytes: Uint8Array, context: ReadContext): Promise<ReadDocument> {
  if (detectArchive(bytes) !== undefined) return readArchive(bytes, context);
  const whole = findLinesReport(bytes);
  const lines = whole === undefined ? splitJsonLines(bytes) : undefined;
  if (lines !== undefined) return readLines(lines, context);
  const decoded = whole?.decoded ?? decode(bytes);
  const detected = whole?.detected ?? detect(decoded);
  const reader = READERS.get(detected.format);
  if (reader === undefined) {
    throw new PedigreeError('ERR_INTERNAL', `no reader for the format ${detected.format}`);
  }
  return { reading: reader.read(decoded, detected, context), extractor: reader.extractor };
}

async function readArchive(bytes: Uint8Array, context: ReadContext): Promise<ReadDocument> {
  const unpacked = await unpackArchive(bytes, ARCHIVE_LIMITS);
  const facts = extractArchiveFacts(unpacked, context);
  const reading = { facts, conformant: null, conformanceProblems: [], inner: unpacked.members };
  return { reading, extractor: 'archive@1' };
}

function readLines(lines: Reading['inner'], context: ReadContext): ReadDocument {
  const facts = new FactsBuilder(context.digest).build({
    format: 'jsonl',
    version: null,
    statementKind: 'listing',
  });
  const reading = { facts, conformant: null, conformanceProblems: [], inner: lines ?? [] };
  return { reading, extractor: 'jsonl@1' };
}

/** Every format that has a reader, sorted. */
export function supportedFormats(): readonly string[] {
  return [...READERS.keys()].sort();
}
