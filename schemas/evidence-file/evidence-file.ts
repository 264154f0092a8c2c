// SPDX-License-Identifier: Apache-2.0

/** Names that tools give to what they write about a model, in lower case. */
const NAMES = new Set([
  'mlmodel',
  'readme.md',
  'model_card.md',
  'modelcard.md',
  'model-card.md',
  'dataset_infos.json',
  'croissant.json',
  'model.sig',
  'dvc.yaml',
  'dvc.lock',
  'sbom.json',
  'bom.json',
  'bom.xml',
  'sbom.xml',
]);

const ENDINGS = [
  '.cdx.json',
  '.cdx.xml',
  '.spdx',
  '.spdx.json',
  '.spdx.yaml',
  '.spdx.yml',
  '.spdx.rdf',
  '.spdx.xml',
  '.syft.json',
  '.intoto.json',
  '.intoto.jsonl',
  '.intoto',
  '.dsse.json',
  '.dsse',
  '.att',
  '.link',
  '.layout',
  '.sigstore',
  '.sigstore.json',
  '.openvex.json',
  '.vex.json',
  '.sarif',
  '.sarif.json',
  '.dvc',
];

/**
 * True where the name of a file is one that evidence bears, so that it is worth fetching from among things that are not.
 * What a document is, its content says afterwards; a name only saves asking.
 */
export function isEvidenceName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return NAMES.has(name) || ENDINGS.some((ending) => name.endsWith(ending) && name !== ending);
}
