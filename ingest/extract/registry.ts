// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { headOf, loadAll, type DocumentBytes } from '../../core/stored-bytes.ts';
import { ARCHIVE_LIMITS } from '../../schemas/archive/model.ts';
import { detectArchive } from '../../schemas/archive/detect.ts';
import { decode, type Decoded, type Detected } from '../../schemas/decoded.ts';
import { detect } from '../../schemas/detect.ts';
import { splitJsonLines, type JsonLine } from '../../schemas/jsonl.ts';
import { findLinesReport } from '../../schemas/tool-report/detect.ts';
import { findNotANumberReport } from '../../schemas/tool-report/not-a-number.ts';
import { extractArchiveFacts } from '../unpack/archive-facts.ts';
import { unpackArchive } from '../unpack/unpack-archive.ts';
import { assetReader } from './asset.ts';
import { attestedStatementReader } from './attested-statement.ts';
import { c2paReader } from './c2pa.ts';
import { croissantReader } from './croissant.ts';
import { csafReader } from './csaf.ts';
import { cyclonedxReader } from './cyclonedx.ts';
import { cyclonedxXmlReader } from './cyclonedx-xml.ts';
import { dsseReader } from './dsse.ts';
import { dvcReader } from './dvc.ts';
import { evaluationReportReader } from './evaluation-report.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { githubAttestationsReader } from './github-attestations.ts';
import { hfDatasetCardReader, hfDatasetInfosReader } from './hf-dataset-card.ts';
import { hfModelCardReader } from './hf-model-card.ts';
import { hfRepoInfoReader } from './hf-repo-info.ts';
import { intotoLayoutReader } from './intoto-layout.ts';
import { intotoLinkReader } from './intoto-link.ts';
import { intotoMetablockReader } from './intoto-metablock.ts';
import { intotoStatementReader } from './intoto-statement.ts';
import { kubernetesReader } from './kubernetes.ts';
import { mlflowReader } from './mlflow.ts';
import { mlmodelReader } from './mlmodel.ts';
import { ociManifestReader } from './oci-manifest.ts';
import { omsReader } from './oms.ts';
import { opaqueReader } from './opaque.ts';
import { openLineageFacetReader, openLineageReader } from './openlineage.ts';
import { openVexReader } from './openvex.ts';
import { osvReader } from './osv.ts';
import { osvListReader } from './osv-list.ts';
import { withBrokenTextListed } from './reading.ts';
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
import { sourceTreeReader } from './statements/source-tree.ts';
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
    githubAttestationsReader,
    slsaGcbReader,
    witnessReader,
    omsReader,
    evaluationReader,
    deploymentReader,
    completenessReader,
    revocationReader,
    sourceTreeReader,
    cyclonedxReader,
    cyclonedxXmlReader,
    spdx2Reader,
    spdx3Reader,
    syftReader,
    c2paReader,
    croissantReader,
    evaluationReportReader,
    hfModelCardReader,
    hfRepoInfoReader,
    hfDatasetCardReader,
    hfDatasetInfosReader,
    dvcReader,
    mlmodelReader,
    mlflowReader,
    openLineageReader,
    openLineageFacetReader,
    kubernetesReader,
    ociManifestReader,
    openVexReader,
    csafReader,
    osvReader,
    osvListReader,
    toolReportReader,
    assetReader,
    opaqueReader,
  ].flatMap((reader) => reader.formats.map((format) => [format, reader] as const)),
);

/** What an archive is told by. */
const ARCHIVE_HEAD = 512;
const OPAQUE = { format: 'opaque', version: null } as const;
/** Lines of which one must be of a known format, so that a large data set is not parsed for nothing. */
const LINES_LOOKED_AT = 1000;

/** What a document says, and the reader that said so. */
export interface ReadDocument {
  readonly reading: Reading;
  readonly extractor: string;
}

/**
 * Reads one document: archives and JSON Lines are opened, everything else goes to the reader of its format. A report that
 * means nothing line by line is one document, though it is written as lines.
 * @param largeBytes from which size on documents are read in pieces (decode); what they say is the same
 * @throws {PedigreeError} where the bytes are not what they claim to be; ERR_STORE_UNAVAILABLE where stored bytes cannot be
 * read back
 */
export async function readDocument(
  bytes: DocumentBytes,
  context: ReadContext,
  largeBytes?: number,
): Promise<ReadDocument> {
  if (detectArchive(headOf(bytes, ARCHIVE_HEAD)) !== undefined)
    return readArchive(loadAll(bytes), context);
  const whole = findLinesReport(bytes);
  const lines = whole === undefined ? splitJsonLines(bytes) : undefined;
  if (lines !== undefined) return readLines(bytes, lines, context);
  const { decoded, detected } = whole ?? decodeAndDetect(bytes, largeBytes);
  const reader = READERS.get(detected.format);
  if (reader === undefined) {
    throw new PedigreeError('ERR_INTERNAL', `no reader for the format ${detected.format}`);
  }
  const reading = withBrokenTextListed(reader.read(decoded, detected, context), decoded);
  return { reading, extractor: reader.extractor };
}

/** @throws {PedigreeError} ERR_PARSE_JSON and its kin, but for the report of a tool that writes numbers JSON does not have */
function decodeAndDetect(
  bytes: DocumentBytes,
  largeBytes: number | undefined,
): { readonly decoded: Decoded; readonly detected: Detected } {
  let decoded: Decoded;
  try {
    decoded = decode(bytes, largeBytes);
  } catch (error) {
    const isSyntax = isPedigreeError(error) && error.code === 'ERR_PARSE_JSON';
    const report = isSyntax ? findNotANumberReport(loadAll(bytes)) : undefined;
    if (report === undefined) throw error;
    return report;
  }
  return { decoded, detected: detect(decoded) };
}

async function readArchive(bytes: Uint8Array, context: ReadContext): Promise<ReadDocument> {
  const unpacked = await unpackArchive(bytes, ARCHIVE_LIMITS);
  const facts = extractArchiveFacts(unpacked, context);
  const reading = { facts, conformant: null, conformanceProblems: [], inner: unpacked.members };
  return { reading, extractor: 'archive@1' };
}

/** Lines are documents where a format knows one of them; rows of data are one document that nobody reads. */
function readLines(
  bytes: DocumentBytes,
  lines: readonly JsonLine[],
  context: ReadContext,
): ReadDocument {
  if (!lines.slice(0, LINES_LOOKED_AT).some((line) => isKnown(line.bytes))) {
    const reading = opaqueReader.read({ kind: 'binary', bytes }, OPAQUE, context);
    return { reading, extractor: opaqueReader.extractor };
  }
  if (lines.length > LIMITS.archiveMembers) {
    throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${LIMITS.archiveMembers} lines`, {
      hint: 'split the file',
    });
  }
  const facts = new FactsBuilder(context.digest).build({
    format: 'jsonl',
    version: null,
    statementKind: 'listing',
  });
  const reading = { facts, conformant: null, conformanceProblems: [], inner: lines };
  return { reading, extractor: 'jsonl@1' };
}

function isKnown(bytes: Uint8Array): boolean {
  try {
    return detect(decode(bytes)).format !== OPAQUE.format;
  } catch (error) {
    if (isPedigreeError(error)) return false;
    throw error;
  }
}

/** Every format that has a reader, sorted. */
export function supportedFormats(): readonly string[] {
  return [...READERS.keys()].sort();
}
