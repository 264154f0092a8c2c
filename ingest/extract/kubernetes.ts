// SPDX-License-Identifier: Apache-2.0
import { findDigest, hexOf } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { nameRef } from '../../graph/domain/node-ref.ts';
import { parseManifest } from '../../schemas/kubernetes/parse.ts';
import { fromJsonValue, parseYamlStream } from '../../schemas/yaml/parse.ts';
import { FactsBuilder, type EntityInput } from './facts-builder.ts';
import { findGitRef } from './git-ref.ts';
import { hubRecord } from './hub-reference.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { SyncedRevision, Workload } from '../../schemas/kubernetes/model.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Kubernetes manifests: Seldon Core 1 and 2, KServe, Argo CD Applications, and the workloads of Kubernetes itself. */
export const kubernetesReader: FormatReader = {
  formats: ['kubernetes'],
  extractor: 'kubernetes@2',
  read: readKubernetes,
};

/** Hex digits of the manifest's digest that tell its deployments from those of another revision. */
const MANIFEST_HEX = 16;

/** A workload and what was found to run in it. */
interface Placed {
  readonly workload: Workload;
  readonly deployment: number;
  readonly artefacts: readonly number[];
}

function readKubernetes(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  const manifest = parseManifest(documentsOf(decoded));
  const builder = new FactsBuilder(context.digest);
  for (const { code, pointer, message } of manifest.problems)
    builder.problem(code, pointer, message);
  const placed = manifest.workloads.map((workload) => addWorkload(builder, context, workload));
  const models = new Map(
    placed
      .filter(({ workload }) => workload.kind === 'Model')
      .map((each) => [placeKey(each.workload.environment, each.workload.name), each]),
  );
  for (const each of placed) addCandidates(builder, each, models);
  return {
    facts: builder.build({
      format: detected.format,
      version: detected.version,
      statementKind: 'deployment',
    }),
    conformant: null,
    conformanceProblems: [],
  };
}

function documentsOf(decoded: Decoded): ReturnType<typeof parseYamlStream> {
  switch (decoded.kind) {
    case 'text':
      return parseYamlStream(decoded.text);
    case 'json':
      return [fromJsonValue(decoded.json.value)];
    case 'binary':
      throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a manifest is text');
  }
}

function addWorkload(builder: FactsBuilder, context: ReadContext, workload: Workload): Placed {
  const deployment = builder.entity({
    kinds: ['Deployment'],
    pointer: workload.pointer,
    names: [workload.name, `${workload.environment}/${workload.name}`],
    coordinates: [deploymentRef(workload, context)],
    attributes: attributesOf(workload),
  });
  builder.subject(deployment);
  const artefacts = new Set<number>();
  const deploy = (record: EntityInput): void => {
    const artefact = builder.entity(record);
    builder.edge(deployment, 'deploys', artefact, record.pointer);
    // one claim an artefact, however often the manifest names it
    if (!artefacts.has(artefact))
      placeArtefact(builder, deployment, artefact, workload, record.pointer);
    artefacts.add(artefact);
  };
  for (const { text, pointer } of workload.images) deploy(imageRecord(builder, text, pointer));
  for (const { key, hex, pointer } of workload.digests) {
    if (findDigest('sha256', hex) === undefined) {
      builder.problem('placeholder-digest', pointer, `not a sha256 digest: "${hex}"`);
      continue;
    }
    const kinds = key.toLowerCase().includes('model') ? (['Model'] as const) : (['File'] as const);
    deploy({ kinds, pointer, names: [], digests: [{ algorithm: 'sha256', hex }] });
  }
  for (const { text, pointer } of workload.uris) deploy(uriRecord(builder, text, pointer));
  for (const revision of workload.history) addRevision(builder, deployment, revision);
  if (artefacts.size === 0 && workload.candidates.length === 0) {
    builder.problem('no-artefact', workload.pointer, `${workload.kind} names nothing that runs`);
  }
  return { workload, deployment, artefacts: [...artefacts] };
}

function deploymentRef(workload: Workload, context: ReadContext): string {
  const place = placeKey(workload.environment, workload.name);
  return `deployment:${place}@manifest-${hexOf(context.digest).slice(0, MANIFEST_HEX)}`;
}

/** Escaped, so that a name with `/` or `@` in it cannot pass for another place. */
function placeKey(environment: string, service: string): string {
  return `${encodeURIComponent(environment)}/${encodeURIComponent(service)}`;
}

function attributesOf(workload: Workload): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {
    resource: `${workload.apiVersion} ${workload.kind}`,
    environment: workload.environment,
    service: workload.name,
  };
  if (workload.owner !== undefined) attributes['owner'] = workload.owner;
  if (workload.version !== undefined) attributes['version'] = workload.version;
  for (const [at, { revision, deployedAt }] of workload.history.entries()) {
    attributes[`history.${at}`] = deployedAt === undefined ? revision : `${revision} ${deployedAt}`;
  }
  for (const { name, weight } of workload.candidates)
    attributes[`candidate.${name}`] = weight ?? '';
  return attributes;
}

function placeArtefact(
  builder: FactsBuilder,
  deployment: number,
  artefact: number,
  workload: Workload,
  pointer: string,
): void {
  builder.claim({
    type: 'placement',
    about: deployment,
    artefact,
    service: workload.name,
    environment: workload.environment,
    ...(workload.family === undefined ? {} : { family: workload.family }),
    ...(workload.version === undefined ? {} : { version: workload.version }),
    ...(workload.owner === undefined ? {} : { owner: workload.owner }),
    pointer,
  });
}

/** An image by digest is the digest and its coordinate in the registry; by tag only a name. */
function imageRecord(builder: FactsBuilder, image: string, pointer: string): EntityInput {
  const at = image.indexOf('@');
  const repository = withoutTag(at < 0 ? image : image.slice(0, at));
  const [algorithm = '', hex = ''] = at < 0 ? [] : image.slice(at + 1).split(':');
  const digest = findDigest(algorithm, hex);
  const record: EntityInput = {
    kinds: ['Image'],
    pointer,
    names: [image],
    local: `image/${image}`,
  };
  if (digest !== undefined) {
    return {
      ...record,
      digests: [{ algorithm, hex }],
      coordinates: [`oci:${repository}@${digest}`],
    };
  }
  builder.problem('mutable-reference', pointer, `an image without a digest: "${image}"`);
  return { ...record, nameRefs: [nameRef('oci', image)] };
}

function withoutTag(name: string): string {
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/** Where a model is loaded from. `oci://` and `hf://` are what they name; every other address is a shared name. */
function uriRecord(builder: FactsBuilder, uri: string, pointer: string): EntityInput {
  if (uri.startsWith('oci://')) {
    return { ...imageRecord(builder, uri.slice('oci://'.length), pointer), kinds: ['Model'] };
  }
  if (uri.startsWith('hf://')) {
    const [text = '', revision] = uri.slice('hf://'.length).split(/[:@]/);
    const hub = { type: 'model', text, pointer } as const;
    return hubRecord(builder, revision === undefined ? hub : { ...hub, revision });
  }
  return {
    kinds: ['Model'],
    pointer,
    names: [uri],
    nameRefs: [nameRef('uri', uri)],
    local: `uri/${uri}`,
  };
}

/** A synced revision is configuration that the deployment was made from; it is no artefact that runs. */
function addRevision(builder: FactsBuilder, deployment: number, synced: SyncedRevision): void {
  const { revision, repository, deployedAt, pointer } = synced;
  const ref = findGitRef(repository ?? '', revision);
  if (ref === undefined) {
    builder.problem('no-commit', pointer, `not a commit of a known repository: "${revision}"`);
    return;
  }
  const code = builder.nodeOf(ref, ['Code'], repository === undefined ? [] : [repository]);
  const qualifiers: Record<string, string> = { role: 'config' };
  if (deployedAt !== undefined) qualifiers['deployedAt'] = deployedAt;
  builder.edge(deployment, 'used', code, pointer, { qualifiers });
}

/** A traffic split runs what its candidates run, where the same manifest says what that is. */
function addCandidates(
  builder: FactsBuilder,
  split: Placed,
  models: ReadonlyMap<string, Placed>,
): void {
  for (const { name, weight, pointer } of split.workload.candidates) {
    const qualifiers: Record<string, string> = { candidate: name };
    if (weight !== undefined) qualifiers['weight'] = weight;
    const found = name.isWellFormed()
      ? models.get(placeKey(split.workload.environment, name))
      : undefined;
    if (found === undefined) {
      const local = builder.localNode(`candidate/${name}`, ['Model'], [name]);
      builder.edge(split.deployment, 'deploys', local, pointer, { qualifiers });
      builder.problem('candidate-elsewhere', pointer, `"${name}" is described by another manifest`);
      continue;
    }
    for (const artefact of found.artefacts) {
      const options = { strength: 'implied', qualifiers } as const;
      builder.edge(split.deployment, 'deploys', artefact, pointer, options);
    }
  }
}
