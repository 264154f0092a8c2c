// SPDX-License-Identifier: Apache-2.0
import { EMPTY_SHA256 } from '../../core/digest.ts';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { clip } from '../../core/text.ts';
import type { Kind } from '../../graph/domain/kinds.ts';
import { ASSET_ADAPTERS } from '../../schemas/asset/registry.ts';
import type { Asset, AssetAdapter, AssetMention } from '../../schemas/asset/adapter.ts';
import type { Decoded } from '../../schemas/decoded.ts';
import type { FormatReader } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addHubRepository } from './hub-reference.ts';
import { finishReading } from './reading.ts';
import { boundedLocal } from './resource-entity.ts';

/**
 * Prompts, guardrails, configurations and evaluation sets: the file is the asset. Its bytes are its identity, so it meets
 * the same file in a link, a provenance or a BOM; what it says of itself is shown. That it names a model says what it is
 * meant for, and passes nothing on.
 */
export const assetReader: FormatReader = {
  formats: ASSET_ADAPTERS.map(({ format }) => format),
  extractor: 'asset@1',
  read(decoded, detected, context) {
    const adapter = ASSET_ADAPTERS.find(({ format }) => format === detected.format);
    if (adapter === undefined) {
      throw new PedigreeError('ERR_INTERNAL', `no adapter for the format ${detected.format}`);
    }
    const builder = new FactsBuilder(context.digest);
    const asset = parseOrList(adapter, decoded, builder);
    const labels = [context.source, asset.name].filter((label) => label !== undefined);
    const node = addFile(builder, context.digest, asset, labels);
    builder.subject(node);
    for (const mention of asset.mentions.slice(0, MAX_MENTIONS)) {
      const qualifiers = { role: clip(mention.role, 64) };
      const named = addMention(builder, mention);
      builder.edge(node, 'describes', named, mention.pointer, { qualifiers });
    }
    const about = { detected, statementKind: 'asset' };
    // these formats have no specification to conform to
    return { ...finishReading(builder, about, context, []), conformant: null };
  },
};

const MAX_MENTIONS = 10_000;

/** A file that its own tool may read and we cannot (tags that run code) is an asset all the same. */
function parseOrList(adapter: AssetAdapter, decoded: Decoded, builder: FactsBuilder): Asset {
  try {
    return adapter.parse(decoded);
  } catch (error) {
    if (!isPedigreeError(error) || error.code === 'ERR_INTERNAL') throw error;
    builder.problem('asset-unread', error.at ?? '', error.message);
    return { kind: 'Config', mentions: [], attributes: {} };
  }
}

function addFile(
  builder: FactsBuilder,
  digest: string,
  asset: Asset,
  labels: readonly string[],
): number {
  const kinds: readonly Kind[] = [asset.kind];
  if (digest === EMPTY_SHA256) return builder.localNode('asset', kinds, labels);
  const attributes = Object.entries({
    ...(asset.name !== undefined && { name: asset.name }),
    ...(asset.version !== undefined && { version: asset.version }),
    ...asset.attributes,
  }).filter(([, text]) => text !== '');
  return builder.entity({
    kinds,
    pointer: '',
    names: labels,
    digests: [{ algorithm: 'sha256', hex: digest.slice('sha256:'.length) }],
    local: 'asset',
    attributes: Object.fromEntries(attributes.map(([key, text]) => [key, clip(text, 512)])),
  });
}

function addMention(builder: FactsBuilder, { kind, name, hub, pointer }: AssetMention): number {
  if (hub !== undefined) return addHubRepository(builder, { type: hub, text: name, pointer });
  return builder.entity({
    kinds: [kind],
    pointer,
    names: [name],
    local: boundedLocal(`${kind}:${name}`),
  });
}
