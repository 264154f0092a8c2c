// SPDX-License-Identifier: Apache-2.0
import type { FileKind } from '../file-kind.ts';

/** What a media type says about content: evidence that some reader takes, or a part of an artefact. */
export type MediaPurpose =
  | { readonly role: 'evidence' }
  | { readonly role: 'image' | 'chart' }
  | { readonly role: 'part'; readonly kind: FileKind };

const EVIDENCE: MediaPurpose = { role: 'evidence' };

function part(kind: FileKind): MediaPurpose {
  return { role: 'part', kind };
}

/** The one table of media types, without parameters, in lower case. */
const PURPOSES: ReadonlyMap<string, MediaPurpose> = new Map([
  // statements and signatures
  ['application/vnd.in-toto+json', EVIDENCE],
  ['application/vnd.in-toto.bundle', EVIDENCE],
  ['application/vnd.in-toto.provenance+dsse', EVIDENCE],
  ['application/vnd.in-toto.provenance+json', EVIDENCE],
  ['application/vnd.dsse.envelope.v1+json', EVIDENCE],
  ['application/vnd.dev.cosign.simplesigning.v1+json', EVIDENCE],
  ['application/vnd.cncf.helm.chart.provenance.v1.prov', EVIDENCE],
  // bills of materials
  ['application/vnd.cyclonedx', EVIDENCE],
  ['application/vnd.cyclonedx+json', EVIDENCE],
  ['application/vnd.cyclonedx+xml', EVIDENCE],
  ['application/spdx', EVIDENCE],
  ['application/spdx+json', EVIDENCE],
  ['text/spdx', EVIDENCE],
  ['text/spdx+json', EVIDENCE],
  ['text/spdx+xml', EVIDENCE],
  ['application/vnd.syft+json', EVIDENCE],
  // findings
  ['application/vnd.openvex+json', EVIDENCE],
  ['application/openvex+json', EVIDENCE],
  ['application/csaf+json', EVIDENCE],
  ['application/vnd.csaf+json', EVIDENCE],
  ['application/sarif+json', EVIDENCE],
  // cards and other documents beside a model
  ['text/markdown', EVIDENCE],
  ['application/vnd.cncf.model.doc.v1.raw', EVIDENCE],
  ['application/vnd.cncf.model.doc.v1.tar', EVIDENCE],
  ['application/vnd.cncf.model.doc.v1.tar+gzip', EVIDENCE],
  ['application/vnd.cncf.model.doc.v1.tar+zstd', EVIDENCE],
  // what the config of an artefact says that it is
  ['application/vnd.oci.image.config.v1+json', { role: 'image' }],
  ['application/vnd.docker.container.image.v1+json', { role: 'image' }],
  ['application/vnd.cncf.helm.config.v1+json', { role: 'chart' }],
  ['application/vnd.cncf.model.manifest.v1+json', part('Model')],
  ['application/vnd.cncf.model.config.v1+json', part('Model')],
  ['application/vnd.docker.ai.model.config.v0.1+json', part('Model')],
  ['application/vnd.kitops.modelkit.config.v1+json', part('Model')],
  // model runtimes' own layers
  ['application/vnd.docker.ai.gguf.v3', part('Model')],
  ['application/vnd.docker.ai.mmproj', part('Model')],
  ['application/vnd.docker.ai.license', part('File')],
  ['application/vnd.ollama.image.model', part('Model')],
  ['application/vnd.ollama.image.adapter', part('Model')],
  ['application/vnd.ollama.image.projector', part('Model')],
  ['application/vnd.ollama.image.template', part('Prompt')],
  ['application/vnd.ollama.image.system', part('Prompt')],
  ['application/vnd.ollama.image.params', part('Config')],
]);

/** Families of types that carry a version or a coding at their end. */
const FAMILIES: readonly (readonly [prefix: string, purpose: MediaPurpose])[] = [
  ['application/vnd.dev.sigstore.bundle', EVIDENCE],
  ['application/vnd.cncf.model.weight.config.', part('Config')],
  ['application/vnd.cncf.model.weight.', part('Model')],
  ['application/vnd.cncf.model.dataset.', part('Dataset')],
  ['application/vnd.cncf.model.code.', part('Code')],
  ['application/vnd.kitops.modelkit.model', part('Model')],
  ['application/vnd.kitops.modelkit.dataset.', part('Dataset')],
  ['application/vnd.kitops.modelkit.code.', part('Code')],
];

/** Types that say nothing: whoever pushed a file named no better one. */
const GENERIC = new Set([
  'application/octet-stream',
  'application/json',
  'text/plain',
  'application/yaml',
  'application/vnd.oci.image.layer.v1.tar',
]);

/** What a media type is known to hold; undefined for one that is not in the table. Parameters count for nothing. */
export function findPurpose(mediaType: string): MediaPurpose | undefined {
  const bare = (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
  return PURPOSES.get(bare) ?? FAMILIES.find(([prefix]) => bare.startsWith(prefix))?.[1];
}

export function isEvidenceType(mediaType: string): boolean {
  return findPurpose(mediaType)?.role === 'evidence';
}

/** True for a type that leaves open what the content is. */
export function isGenericType(mediaType: string): boolean {
  return GENERIC.has((mediaType.split(';', 1)[0] ?? '').trim().toLowerCase());
}

/** Media types of manifests, in the order in which they are asked for. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.artifact.manifest.v1+json',
] as const;

/** True for a descriptor that leads to another manifest. */
export function isManifestType(mediaType: string): boolean {
  return MANIFEST_TYPES.some((known) => known === mediaType);
}
