// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { clip } from '../../core/text.ts';
import { nameRef } from '../../graph/domain/node-ref.ts';
import { findCroissantFaults } from '../../schemas/croissant/conform.ts';
import { parseCroissant } from '../../schemas/croissant/parse.ts';
import { kindsOfFileName } from '../../schemas/file-kind.ts';
import { FactsBuilder, type DigestInput, type EntityInput } from './facts-builder.ts';
import { addLicense, hubRecord } from './hub-reference.ts';
import { addSubject } from './subject.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type {
  CroissantActivity,
  CroissantDataset,
  CroissantEntity,
  CroissantFile,
} from '../../schemas/croissant/model.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Croissant 0.8 to 1.1 dataset descriptions. */
export const croissantReader: FormatReader = {
  formats: ['croissant'],
  extractor: 'croissant@2',
  read: readCroissant,
};

const HUB_DATASET = /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/datasets\//;

function readCroissant(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'json') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'Croissant is JSON');
  const { value } = decoded.json;
  const datasets = parseCroissant(value);
  const builder = new FactsBuilder(context.digest);
  // --subject names one thing: it cannot stand for several datasets
  const alone = datasets.length === 1 ? context : { digest: context.digest };
  for (const dataset of datasets) addDataset(builder, alone, dataset);
  const faults = context.strict === true ? findCroissantFaults(value) : [];
  return {
    facts: builder.build({
      format: detected.format,
      version: detected.version,
      statementKind: 'dataset-card',
    }),
    conformant: context.strict === true ? faults.length === 0 : null,
    conformanceProblems: faults,
  };
}

function addDataset(builder: FactsBuilder, context: ReadContext, dataset: CroissantDataset): void {
  const node = addSubject(builder, context, datasetRecord(builder, dataset));
  for (const { label, pointer } of dataset.licenses) addLicense(builder, node, label, pointer);
  const files = new Map(dataset.files.map((file) => [file.id, addFile(builder, dataset, file)]));
  for (const file of dataset.files) addContainment(builder, node, file, files);
  for (const source of dataset.derivedFrom) {
    const from = addEntity(builder, source);
    builder.edge(node, 'wasDerivedFrom', from, source.pointer);
  }
  for (const activity of dataset.generatedBy) addActivity(builder, node, activity);
}

/**
 * A dataset's `url` is its home page, which several datasets may share, so it stays a label; only an address on the Hub is a
 * name, because there each page is one repository.
 */
function datasetRecord(builder: FactsBuilder, dataset: CroissantDataset): EntityInput {
  const { pointer } = dataset;
  const attributes: Record<string, string> = {};
  if (dataset.datasetVersion !== undefined) attributes['version'] = dataset.datasetVersion;
  if (dataset.url !== undefined) attributes['url'] = dataset.url;
  if (dataset.datePublished !== undefined) attributes['datePublished'] = dataset.datePublished;
  if (dataset.licenses.length > 0) {
    attributes['license'] = dataset.licenses.map(({ label }) => label).join(', ');
  }
  for (const [name, text] of dataset.responsible) attributes[`rai:${name}`] = clip(text, 1024);
  if (dataset.creators.length > 0) attributes['creator'] = dataset.creators.join(', ');
  const record: EntityInput = {
    kinds: ['Dataset'],
    pointer,
    names: [dataset.name],
    local: `${pointer}#dataset`,
    attributes,
  };
  const hub = [dataset.url, ...dataset.sameAs].find(
    (url) => url !== undefined && HUB_DATASET.test(url),
  );
  if (hub === undefined) return record;
  const known = hubRecord(builder, { type: 'dataset', text: hub, pointer });
  return {
    ...record,
    names: [dataset.name, ...(known.nameRefs === undefined ? [] : (known.names ?? []))],
    nameRefs: known.nameRefs ?? [],
    coordinates: known.coordinates ?? [],
  };
}

function addFile(builder: FactsBuilder, dataset: CroissantDataset, file: CroissantFile): number {
  const attributes: Record<string, string> = {};
  if (file.encodingFormats.length > 0) attributes['mediaType'] = file.encodingFormats.join(', ');
  if (file.includes.length > 0) attributes['includes'] = file.includes.join(', ');
  if (file.contentSize !== undefined) attributes['size'] = file.contentSize;
  if (file.contentUrl !== undefined) attributes['url'] = file.contentUrl;
  const kinds = kindsOfFileName(file.contentUrl ?? file.name);
  const hasDigest = file.sha256 !== undefined || file.md5 !== undefined;
  return builder.entity({
    kinds: kinds.includes('File') ? ['Dataset'] : [...kinds],
    pointer: file.pointer,
    names: [file.name, file.id, ...(file.contentUrl === undefined ? [] : [file.contentUrl])],
    digests: digestsOf(file),
    // an address without a digest says where, not what: a name
    nameRefs: hasDigest || !isAddress(file.contentUrl) ? [] : [nameRef('uri', file.contentUrl)],
    local: `${dataset.pointer}#${file.type}/${file.id === '' ? file.pointer : file.id}`,
    attributes,
  });
}

function digestsOf(file: CroissantFile): DigestInput[] {
  const digests: DigestInput[] = [];
  if (file.sha256 !== undefined) digests.push({ algorithm: 'sha256', hex: file.sha256 });
  if (file.md5 !== undefined) digests.push({ algorithm: 'md5', hex: file.md5 });
  return digests;
}

function isAddress(url: string | undefined): url is string {
  return url !== undefined && /^[a-z][a-z0-9+.-]{1,15}:\/\//i.test(url);
}

/** The dataset contains each file; an archive contains the files and file sets that are taken out of it. */
function addContainment(
  builder: FactsBuilder,
  dataset: number,
  file: CroissantFile,
  files: ReadonlyMap<string, number>,
): void {
  const part = files.get(file.id);
  if (part === undefined) return;
  builder.edge(dataset, 'contains', part, file.pointer);
  for (const container of file.containedIn) {
    const whole = files.get(container);
    if (whole === undefined) {
      builder.problem(
        'dangling-ref',
        file.pointer,
        `containedIn "${container}", which is not there`,
      );
    } else builder.edge(whole, 'contains', part, file.pointer);
  }
}

function addEntity(builder: FactsBuilder, entity: CroissantEntity): number {
  const { label, url, pointer } = entity;
  if (url !== undefined && HUB_DATASET.test(url)) {
    const record = hubRecord(builder, { type: 'dataset', text: url, pointer });
    return builder.entity({ ...record, names: [...(record.names ?? []), label] });
  }
  return builder.entity({
    kinds: ['Dataset'],
    pointer,
    names: [label],
    nameRefs: url === undefined ? [] : [nameRef('uri', url)],
    local: `entity/${url ?? label}`,
  });
}

function addActivity(builder: FactsBuilder, dataset: number, activity: CroissantActivity): void {
  const attributes: Record<string, string> = {};
  if (activity.description !== undefined) attributes['description'] = activity.description;
  if (activity.startedAt !== undefined) attributes['startedAt'] = activity.startedAt;
  const run = builder.entity({
    kinds: ['Run'],
    pointer: activity.pointer,
    names: [activity.label],
    local: `activity${activity.pointer}`,
    attributes,
  });
  builder.edge(dataset, 'wasGeneratedBy', run, activity.pointer);
  for (const used of activity.used) {
    builder.edge(run, 'used', addEntity(builder, used), used.pointer);
  }
  for (const agent of activity.agents) {
    const node = builder.localNode(`agent/${agent.label}`, ['Supplier'], [agent.label]);
    builder.edge(run, 'wasAssociatedWith', node, agent.pointer);
  }
}
