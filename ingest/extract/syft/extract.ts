// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../../core/digest.ts';
import { findPurlRef } from '../../../graph/domain/node-ref.ts';
import { kindsOfFileName } from '../../../schemas/file-kind.ts';
import { sharedName } from '../cyclonedx/identity.ts';
import { FactsBuilder, type DigestInput, type EntityInput } from '../facts-builder.ts';
import { usableChecksums } from '../sbom/checksums.ts';
import { addSubject } from '../subject.ts';
import type { Facts } from '../../../graph/domain/facts.ts';
import type { Kind } from '../../../graph/domain/kinds.ts';
import type {
  SyftArtifact,
  SyftFile,
  SyftRelationship,
  SyftReport,
  SyftSource,
} from '../../../schemas/syft/model.ts';
import type { ReadContext } from '../extractor.ts';

const KIND_OF_SOURCE: ReadonlyMap<string, Kind> = new Map([
  ['image', 'Image'],
  ['file', 'File'],
]);
/** Package types that are models. */
const MODEL_TYPES = new Set(['gguf', 'gguf-model', 'model']);
const MAX_ATTRIBUTE = 256;
const MAX_LOCAL = 256;

/**
 * What a Syft report says, as facts: the source that was scanned contains every package that was found in it and every file
 * whose content is known. Everything listed was found in the source, so nothing is left for the boundary to decide.
 * @throws {PedigreeError} ERR_LIMIT_ITEMS
 */
export function extractSyft(report: SyftReport, context: ReadContext): Facts {
  const builder = new FactsBuilder(context.digest);
  for (const { code, pointer, message } of report.problems) builder.problem(code, pointer, message);
  const document = builder.entity({
    kinds: ['Bom'],
    pointer: '',
    coordinates: [`document:${context.digest}`],
    attributes: documentAttributes(report),
  });
  const root = addSubject(builder, context, sourceEntity(builder, report.source));
  builder.edge(document, 'describes', root, report.source.pointer);
  const nodes = new ReportNodes(builder, report, root);
  for (const relationship of report.relationships) stateRelationship(builder, nodes, relationship);
  for (const [node, pointer] of nodes.listed) {
    if (node === root || nodes.isContained(node)) continue;
    builder.edge(root, 'contains', node, pointer, { strength: 'implied' });
  }
  const version = report.schemaVersion;
  return builder.build({ format: 'syft-json', version, statementKind: 'sbom' });
}

/** What ids mean, and what the source is known to contain. */
class ReportNodes {
  readonly root: number;
  /** Packages and files in report order, with the place that lists them. */
  readonly listed = new Map<number, string>();
  readonly #byId = new Map<string, number>();
  /** Files that are evidence only: their content is not known. */
  readonly #unread = new Set<string>();
  readonly #contained = new Set<number>();

  constructor(builder: FactsBuilder, report: SyftReport, root: number) {
    this.root = root;
    if (report.source.id !== undefined) this.#byId.set(report.source.id, root);
    for (const artifact of report.artifacts) {
      this.#add(artifact.id, artifact.pointer, builder.entity(artifactEntity(builder, artifact)));
    }
    for (const file of report.files) {
      if (file.digests.length === 0) {
        if (file.id !== undefined) this.#unread.add(file.id);
        continue;
      }
      this.#add(file.id, file.pointer, builder.entity(fileEntity(builder, file)));
    }
  }

  find(id: string): number | undefined {
    return this.#byId.get(id);
  }

  isUnread(id: string): boolean {
    return this.#unread.has(id);
  }

  contain(node: number): void {
    this.#contained.add(node);
  }

  isContained(node: number): boolean {
    return this.#contained.has(node);
  }

  #add(id: string | undefined, pointer: string, node: number): void {
    if (id !== undefined && !this.#byId.has(id)) this.#byId.set(id, node);
    if (!this.listed.has(node)) this.listed.set(node, pointer);
  }
}

/**
 * `contains` goes from whole to part, `dependency-of` from the dependency to what depends on it. A package that owns the files
 * of another contains it. Evidence says how a package was found: nothing that lineage follows.
 */
function stateRelationship(
  builder: FactsBuilder,
  nodes: ReportNodes,
  { parent, child, type, pointer }: SyftRelationship,
): void {
  if (type === 'evident-by' || type === 'described-by') return;
  const from = nodes.find(parent);
  const to = nodes.find(child);
  if (from === undefined || to === undefined) {
    if (nodes.isUnread(parent) || nodes.isUnread(child)) return;
    const id = from === undefined ? parent : child;
    builder.problem('dangling-ref', pointer, `nothing here has the id "${id}"`);
    return;
  }
  if (from === to) {
    builder.problem('self-containment', pointer, `${type} from a thing to itself`);
    return;
  }
  if (type === 'contains' || type === 'ownership-by-file-overlap') {
    builder.edge(from, 'contains', to, pointer);
    if (from === nodes.root) nodes.contain(to);
  } else if (type === 'dependency-of') {
    builder.dependsOn(to, from);
  } else {
    builder.problem('relationship-unknown', pointer, `no such relationship: "${type}"`);
  }
}

function sourceEntity(builder: FactsBuilder, source: SyftSource): EntityInput {
  const { type, name, version, userInput, pointer } = source;
  const label = name ?? userInput;
  const digests = [source.manifestDigest, source.imageId]
    .flatMap((text) => digestOf(text) ?? [])
    .concat(source.digests);
  const known = usableChecksums(builder, digests, pointer);
  const coordinates = source.repoDigests.flatMap((text) => ociCoordinate(text) ?? []);
  const isKnown = known.length > 0 || coordinates.length > 0;
  const versioned = label !== undefined && version !== undefined ? `${label}@${version}` : label;
  return {
    kinds: [KIND_OF_SOURCE.get(type ?? '') ?? 'Package'],
    pointer,
    names: [label, ...source.tags].filter((text) => text !== undefined),
    digests: known,
    coordinates,
    // the path of a scanned folder names it on one machine only
    nameRefs: isKnown || name === undefined ? [] : sharedName('syft', versioned),
    local: 'source',
    attributes: attributes([
      ['type', type],
      ['version', version],
      ['userInput', userInput],
    ]),
  };
}

function digestOf(text: string | undefined): DigestInput | undefined {
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 0) return undefined;
  return { algorithm: text.slice(0, colon), hex: text.slice(colon + 1) };
}

/** `<repository>@sha256:…` */
function ociCoordinate(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const digest = digestOf(text.slice(at + 1));
  const found = digest === undefined ? undefined : findDigest(digest.algorithm, digest.hex);
  return at < 1 || found === undefined ? undefined : `oci:${text.slice(0, at)}@${found}`;
}

function artifactEntity(builder: FactsBuilder, artifact: SyftArtifact): EntityInput {
  const { name, version, type, purl, pointer, id } = artifact;
  const found = purl === undefined ? undefined : findPurlRef(purl);
  if (purl !== undefined && found === undefined) {
    builder.problem('purl-invalid', `${pointer}/purl`, `not a purl: "${purl}"`);
  }
  const digests = usableChecksums(builder, artifact.digests, pointer);
  const isKnown = found?.level === 'coordinate' || digests.some(isStrong);
  const label = version === undefined ? name : `${name ?? ''}@${version}`;
  return {
    kinds: [MODEL_TYPES.has(type ?? '') ? 'Model' : 'Package'],
    pointer,
    names: name === undefined ? [] : [name],
    digests,
    coordinates: found?.level === 'coordinate' ? [found.ref] : [],
    nameRefs: [
      ...(found?.level === 'name' ? [found.ref] : []),
      ...(isKnown || name === undefined ? [] : sharedName('syft', label)),
    ],
    local: localOf(id, pointer),
    attributes: attributes([
      ['type', type],
      ['version', version],
      ['language', artifact.language],
      ['license', artifact.licenses.join(', ')],
      ['cpe', artifact.cpes[0]],
    ]),
  };
}

function fileEntity(builder: FactsBuilder, { id, path, digests, pointer }: SyftFile): EntityInput {
  return {
    kinds: kindsOfFileName(path ?? ''),
    pointer,
    names: path === undefined ? [] : [path],
    digests: usableChecksums(builder, digests, pointer),
    local: localOf(id, pointer),
  };
}

function isStrong({ algorithm, hex }: DigestInput): boolean {
  return findDigest(algorithm, hex) !== undefined;
}

function localOf(id: string | undefined, pointer: string): string {
  return id !== undefined && id.length <= MAX_LOCAL ? `id ${id}` : pointer;
}

function documentAttributes({ toolName, toolVersion, distro }: SyftReport): Record<string, string> {
  const tool = [toolName, toolVersion].filter((text) => text !== undefined).join(' ');
  return attributes([
    ['tools', tool],
    ['distro', distro],
  ]);
}

function attributes(
  pairs: readonly (readonly [string, string | undefined])[],
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, value] of pairs) {
    if (value !== undefined && value !== '') found[key] = value.slice(0, MAX_ATTRIBUTE);
  }
  return found;
}
