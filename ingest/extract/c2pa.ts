// SPDX-License-Identifier: Apache-2.0
import { loadAll } from '../../core/stored-bytes.ts';
import { clip } from '../../core/text.ts';
import type { Kind } from '../../graph/domain/kinds.ts';
import { nameRef } from '../../graph/domain/node-ref.ts';
import type { C2paAsset, C2paIngredient, C2paManifest } from '../../schemas/c2pa/model.ts';
import { parseManifestExport } from '../../schemas/c2pa/parse-export.ts';
import { parseManifestStore, type ParsedC2pa } from '../../schemas/c2pa/parse-store.ts';
import { kindsOfFileName } from '../../schemas/file-kind.ts';
import { jsonRoot } from '../../schemas/tool-report/read.ts';
import type { Decoded } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { finishReading } from './reading.ts';
import { boundedLocal } from './resource-entity.ts';
import { addSubject } from './subject.ts';
import { statementNode } from './statement-facts.ts';

/** C2PA manifests: what an asset was made from, and what it may be used for. Signatures are not looked at. */
export const c2paReader: FormatReader = {
  formats: ['c2pa', 'c2pa-json'],
  extractor: 'c2pa/1',
  read(decoded, detected, context) {
    const { store, problems } = parse(decoded);
    const builder = new FactsBuilder(context.digest);
    const assets = new Map(
      store.manifests.map((manifest) => [
        manifest.label,
        addAsset(builder, context, manifest, manifest.label === store.active),
      ]),
    );
    for (const manifest of store.manifests) addOrigins(builder, manifest, assets);
    const active = assets.get(store.active);
    if (active !== undefined) {
      const statement = statementNode(builder, context);
      builder.edge(statement, 'describes', active, '');
    }
    builder.problem('c2pa-signature-unread', '', 'who signed the manifest is not looked at');
    return {
      ...finishReading(builder, { detected, statementKind: 'c2pa' }, context, problems),
      conformant: null,
      conformanceProblems: [],
    };
  },
};

function parse(decoded: Decoded): ParsedC2pa {
  return decoded.kind === 'json'
    ? parseManifestExport(jsonRoot(decoded))
    : parseManifestStore(loadAll(decoded.bytes));
}

function addAsset(
  builder: FactsBuilder,
  context: ReadContext,
  manifest: C2paManifest,
  isActive: boolean,
): number {
  const record = {
    ...identityOf(manifest),
    pointer: manifest.pointer,
    digests: manifest.digest === undefined ? [] : [manifest.digest],
    local: boundedLocal(`manifest:${manifest.label}`),
    attributes: attributesOf(manifest),
  };
  return isActive ? addSubject(builder, context, record) : builder.entity(record);
}

/** An instance id is unique by intent only: it joins as a name. */
function identityOf(asset: C2paAsset): {
  kinds: readonly Kind[];
  names: readonly string[];
  nameRefs: readonly string[];
} {
  const ids = [asset.instanceId, asset.documentId].filter((id) => id !== undefined);
  return {
    kinds: kindsOfAsset(asset),
    names: asset.title === undefined ? [] : [asset.title],
    nameRefs: ids.map((id) => nameRef('c2pa', id)),
  };
}

const MODEL_TYPES = ['model', 'classifier', 'cluster', 'generator', 'regressor', 'tensorflow'];

/** @see C2PA 2.2 section 18.16.12, the list of asset types */
function kindsOfAsset({ types, title }: C2paAsset): readonly Kind[] {
  const words = types
    .filter((type) => type.startsWith('c2pa.types.'))
    .map((type) => type.slice(11));
  const isOf = (word: string): boolean =>
    words.some((one) => one === word || one.startsWith(`${word}.`));
  if (isOf('dataset')) return ['Dataset'];
  if (isOf('generator.prompt')) return ['Prompt'];
  if (isOf('generator.seed')) return ['Config'];
  if (MODEL_TYPES.some(isOf)) return ['Model'];
  return kindsOfFileName(title ?? '');
}

const MAX_LISTED = 100;

function attributesOf(manifest: C2paManifest): Record<string, string> {
  const attributes: [string, string | undefined][] = [
    ['format', manifest.format],
    ['manifest', manifest.label],
    ['generator', manifest.generator],
    ['generatorVersion', manifest.generatorVersion],
    ...manifest.types
      .slice(0, MAX_LISTED)
      .map((type, at): [string, string] => [`type.${at}`, type]),
    ...manifest.uses
      .slice(0, MAX_LISTED)
      .map(([entry, use]): [string, string] => [`use.${entry}`, use]),
    ...manifest.actions
      .slice(0, MAX_LISTED)
      .map(({ action, when, agent, sourceType }, at): [string, string] => [
        `action.${at}`,
        [action, when, agent, sourceType].filter((text) => text !== undefined).join(' '),
      ]),
  ];
  return Object.fromEntries(
    attributes.flatMap(([key, text]) => (text === undefined ? [] : [[key, clip(text, 512)]])),
  );
}

function addOrigins(
  builder: FactsBuilder,
  manifest: C2paManifest,
  assets: ReadonlyMap<string, number>,
): void {
  const asset = assets.get(manifest.label);
  if (asset === undefined) return;
  for (const ingredient of manifest.ingredients) {
    addOrigin(builder, asset, manifest, ingredient, addIngredient(builder, ingredient, assets));
  }
  for (const { uri, digest, pointer } of manifest.members) {
    const part = builder.entity({
      kinds: kindsOfFileName(uri),
      pointer,
      names: [uri],
      digests: digest === undefined ? [] : [digest],
      local: boundedLocal(`member:${manifest.label}:${uri}`),
    });
    builder.edge(asset, 'contains', part, pointer);
  }
}

/** An ingredient with a manifest in the store is the asset of that manifest. */
function addIngredient(
  builder: FactsBuilder,
  ingredient: C2paIngredient,
  assets: ReadonlyMap<string, number>,
): number {
  const own = builder.entity({
    ...identityOf(ingredient),
    pointer: ingredient.pointer,
    local: boundedLocal(`ingredient:${ingredient.pointer}`),
  });
  const described = assets.get(ingredient.manifest ?? '');
  if (described === undefined) return own;
  for (const kind of kindsOfAsset(ingredient)) builder.addKind(described, kind);
  builder.edge(own, 'alternateOf', described, ingredient.pointer, { strength: 'implied' });
  return described;
}

/** `parentOf`: it was edited into the asset · `componentOf`: it is a part · `inputTo`: a process that made the asset read it. */
function addOrigin(
  builder: FactsBuilder,
  asset: number,
  manifest: C2paManifest,
  ingredient: C2paIngredient,
  node: number,
): void {
  const { relationship, pointer } = ingredient;
  if (relationship === 'componentOf') {
    builder.edge(asset, 'contains', node, pointer);
    return;
  }
  const isTraining =
    relationship === 'inputTo' &&
    kindsOfAsset(manifest).includes('Model') &&
    kindsOfAsset(ingredient).includes('Dataset');
  if (isTraining) {
    builder.edge(asset, 'trainedOn', node, pointer, { strength: 'implied' });
    return;
  }
  const qualifiers = { relation: clip(relationship ?? 'unknown', 64) };
  builder.edge(asset, 'wasDerivedFrom', node, pointer, { qualifiers });
}
