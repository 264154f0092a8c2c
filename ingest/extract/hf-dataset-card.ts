// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { parseHfDatasetInfos } from '../../schemas/hf-dataset-card/parse-infos.ts';
import { parseHfDatasetCard } from '../../schemas/hf-dataset-card/parse.ts';
import { formConformance } from './form-conformance.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addHubRepository, addLicense } from './hub-reference.ts';
import { addSubject } from './subject.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type {
  DatasetInfo,
  DatasetSource,
  HfDatasetCard,
} from '../../schemas/hf-dataset-card/model.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Hugging Face dataset cards. Pointers are into the front matter. */
export const hfDatasetCardReader: FormatReader = {
  formats: ['hf-dataset-card'],
  extractor: 'hf-dataset-card@1',
  read: readHfDatasetCard,
};

/** `dataset_infos.json`: which files, by digest, a dataset was made from. */
export const hfDatasetInfosReader: FormatReader = {
  formats: ['hf-dataset-infos'],
  extractor: 'hf-dataset-infos@1',
  read: readHfDatasetInfos,
};

function readHfDatasetCard(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'text') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a card is text');
  const card = parseHfDatasetCard(decoded.text);
  const builder = new FactsBuilder(context.digest);
  for (const { code, pointer, message } of card.problems) builder.problem(code, pointer, message);
  const licenses = card.licenses.map(({ text }) => text);
  const dataset = addSubject(builder, context, {
    kinds: ['Dataset'],
    pointer: '',
    names: card.prettyName === undefined ? [] : [card.prettyName],
    local: 'dataset',
    attributes: licenses.length === 0 ? {} : { license: licenses.join(', ') },
  });
  for (const { text, pointer } of card.licenses) {
    if (text !== 'other' && text !== 'unknown') addLicense(builder, dataset, text, pointer);
  }
  for (const source of card.sources) addSource(builder, dataset, source);
  claimPrimarySource(builder, dataset, card);
  return {
    facts: builder.build({ format: detected.format, version: null, statementKind: 'dataset-card' }),
    conformant: card.conformanceProblems.length === 0,
    conformanceProblems: card.conformanceProblems,
  };
}

function addSource(builder: FactsBuilder, dataset: number, source: DatasetSource): void {
  const { pointer } = source;
  switch (source.kind) {
    case 'original':
      return;
    case 'unstated':
      builder.problem('source-not-named', pointer, `a source without a name: "${source.text}"`);
      return;
    case 'elsewhere': {
      const local = builder.localNode(`source/${source.text}`, ['Dataset'], [source.text]);
      builder.edge(dataset, 'wasDerivedFrom', local, pointer, {
        qualifiers: { relation: 'extended' },
      });
      return;
    }
    case 'dataset': {
      const node = addHubRepository(builder, { type: 'dataset', text: source.text, pointer });
      builder.edge(dataset, 'wasDerivedFrom', node, pointer, {
        qualifiers: { relation: 'extended' },
      });
    }
  }
}

/** `source_datasets: [original]` and nothing else says that the dataset's history begins here. */
function claimPrimarySource(builder: FactsBuilder, dataset: number, card: HfDatasetCard): void {
  const [first, ...rest] = card.sources;
  if (first?.kind !== 'original' || rest.length > 0) return;
  builder.claim({
    type: 'completeness',
    about: dataset,
    covers: 'primary-source',
    pointer: first.pointer,
  });
}

function readHfDatasetInfos(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'json') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'infos are JSON');
  const builder = new FactsBuilder(context.digest);
  const infos = parseHfDatasetInfos(decoded.json.value);
  const dataset = addSubject(builder, context, {
    kinds: ['Dataset'],
    pointer: '',
    local: 'dataset',
  });
  for (const info of infos) addInfo(builder, dataset, info);
  return {
    facts: builder.build({ format: detected.format, version: null, statementKind: 'dataset-card' }),
    ...formConformance(context),
  };
}

/** A configuration is a part of the dataset, made from the files that were downloaded for it. */
function addInfo(builder: FactsBuilder, dataset: number, info: DatasetInfo): void {
  const config = builder.entity({
    kinds: ['Dataset'],
    pointer: info.pointer,
    names: [info.config],
    local: `config/${info.config}`,
    attributes: info.version === undefined ? {} : { version: info.version },
  });
  builder.edge(dataset, 'contains', config, info.pointer);
  for (const { url, checksum, pointer } of info.downloads) {
    const file = builder.entity({
      kinds: ['Dataset'],
      pointer,
      names: [url],
      local: `download/${url}`,
      digests: checksum === undefined ? [] : [{ algorithm: 'sha256', hex: checksum }],
    });
    builder.edge(config, 'wasDerivedFrom', file, pointer, { qualifiers: { relation: 'download' } });
  }
}
