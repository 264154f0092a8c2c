// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, pointerJoin, valueAt } from '../../core/json.ts';
import { findText, type PlacedText } from '../yaml/texts.ts';
import {
  RESOURCE_GROUPS,
  type Candidate,
  type Manifest,
  type ManifestProblem,
  type ResourceKind,
  type StatedDigest,
  type SyncedRevision,
  type Workload,
} from './model.ts';
import type { YamlDocument } from '../yaml/parse.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** Longest name that Kubernetes accepts (RFC 1123 subdomain). */
const NAME_CHARS = 253;
/** Steps of a Seldon inference graph inside one another. */
const GRAPH_DEPTH = 50;
/** Lists of resources inside lists. */
const LIST_DEPTH = 4;

/** A place inside one document of the stream. */
interface Node {
  readonly document: YamlDocument;
  /** Pointer inside that document. */
  readonly path: string;
  /** Number of the document, for pointers into the whole stream. */
  readonly at: number;
}

/** Reads every resource of a manifest that runs or routes something; resources of other kinds are left out. */
export function parseManifest(documents: readonly YamlDocument[]): Manifest {
  const workloads: Workload[] = [];
  const problems: ManifestProblem[] = [];
  for (const [at, document] of documents.entries()) {
    collect({ document, path: '', at }, 0, workloads, problems);
  }
  return { workloads, problems };
}

function collect(
  node: Node,
  depth: number,
  workloads: Workload[],
  problems: ManifestProblem[],
): void {
  const kind = text(node, 'kind');
  if (kind === 'List' && depth < LIST_DEPTH) {
    for (const item of items(node, 'items')) collect(item, depth + 1, workloads, problems);
    return;
  }
  const apiVersion = text(node, 'apiVersion');
  if (apiVersion === undefined || !isResourceKind(kind) || !isOfGroup(apiVersion, kind)) return;
  const metadata = step(node, 'metadata');
  const name = text(metadata, 'name');
  const environment = environmentOf(node, kind);
  if (!isName(name) || !isName(environment)) {
    problems.push({
      code: 'no-name',
      pointer: placeOf(metadata),
      message: `a ${kind} without a name`,
    });
    return;
  }
  workloads.push(readWorkload(node, kind, apiVersion, name, environment));
}

function isResourceKind(kind: string | undefined): kind is ResourceKind {
  return kind !== undefined && Object.hasOwn(RESOURCE_GROUPS, kind);
}

function isOfGroup(apiVersion: string, kind: ResourceKind): boolean {
  const slash = apiVersion.indexOf('/');
  const groups: readonly string[] = RESOURCE_GROUPS[kind];
  return groups.includes(slash < 0 ? '' : apiVersion.slice(0, slash));
}

function isName(name: string | undefined): name is string {
  return name !== undefined && name.length <= NAME_CHARS && name.isWellFormed();
}

/** An Application lives in Argo CD's own namespace and runs in that of its destination. */
function environmentOf(node: Node, kind: ResourceKind): string {
  const destination =
    kind === 'Application' ? text(step(node, 'spec', 'destination'), 'namespace') : undefined;
  return destination ?? text(step(node, 'metadata'), 'namespace') ?? 'default';
}

function readWorkload(
  node: Node,
  kind: ResourceKind,
  apiVersion: string,
  name: string,
  environment: string,
): Workload {
  const templates = podTemplates(node, kind);
  const annotated = [node, ...templates, ...items(step(node, 'spec'), 'predictors')];
  const release = releaseOf(node);
  return {
    kind,
    apiVersion,
    name,
    environment,
    images: [
      ...templates.flatMap((template) => containerImages(step(template, 'spec'))),
      ...(kind === 'InferenceService' ? kserveImages(node) : []),
      ...(kind === 'LLMInferenceService' ? llmTemplates(node).flatMap(containerImages) : []),
      ...(kind === 'Application' ? listed(step(node, 'status', 'summary'), 'images') : []),
    ],
    uris: urisOf(node, kind),
    digests: annotated.flatMap(statedDigests),
    candidates: kind === 'Experiment' ? candidatesOf(node) : [],
    history: kind === 'Application' ? historyOf(node) : [],
    ...release,
    ...optional('owner', ownerOf(node)),
    pointer: placeOf(node),
  };
}

/** The pod templates of a resource; a Pod is its own. */
function podTemplates(node: Node, kind: ResourceKind): Node[] {
  switch (kind) {
    case 'Pod':
      return [node];
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Rollout':
    case 'Job':
      return [step(node, 'spec', 'template')];
    case 'CronJob':
      return [step(node, 'spec', 'jobTemplate', 'spec', 'template')];
    case 'SeldonDeployment':
      return items(step(node, 'spec'), 'predictors').flatMap((predictor) =>
        items(predictor, 'componentSpecs'),
      );
    default:
      return [];
  }
}

function containerImages(spec: Node): PlacedText[] {
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((key) =>
    items(spec, key).flatMap((container) => placed(container, 'image')),
  );
}

/** @see https://kserve.github.io/website/docs/reference/crd-api */
function kserveImages(node: Node): PlacedText[] {
  return kserveComponents(node).flatMap((spec) => [
    ...containerImages(spec),
    ...containerImages(step(spec, 'workerSpec')),
    ...placed(step(spec, 'model'), 'image'),
    ...placed(step(spec, 'custom', 'container'), 'image'),
  ]);
}

/** The parts of an InferenceService; up to v1alpha2 they stand below `default` and `canary`. */
function kserveComponents(node: Node): Node[] {
  const spec = step(node, 'spec');
  return [spec, step(spec, 'default'), step(spec, 'canary')].flatMap((place) =>
    ['predictor', 'transformer', 'explainer'].map((component) => step(place, component)),
  );
}

/** Pod specs of what serves and, where they are apart, of what reads the prompt and of further nodes. */
function llmTemplates(node: Node): Node[] {
  const spec = step(node, 'spec');
  return [spec, step(spec, 'prefill')].flatMap((place) => [
    step(place, 'template'),
    step(place, 'worker'),
  ]);
}

function urisOf(node: Node, kind: ResourceKind): PlacedText[] {
  switch (kind) {
    case 'Model':
      return placed(step(node, 'spec'), 'storageUri');
    case 'LLMInferenceService':
      return llmUris(step(node, 'spec', 'model'));
    case 'TrainedModel':
      return placed(step(node, 'spec', 'model'), 'storageUri');
    case 'InferenceService':
      return kserveComponents(node).flatMap(frameworkUris);
    case 'SeldonDeployment':
      return items(step(node, 'spec'), 'predictors').flatMap((predictor) =>
        graphUris(step(predictor, 'graph'), 0),
      );
    default:
      return [];
  }
}

/** The model and the adapters that are loaded beside it. */
function llmUris(model: Node): PlacedText[] {
  const adapters = items(step(model, 'lora'), 'adapters');
  return [model, ...adapters].flatMap((place) => placed(place, 'uri'));
}

/** `model.storageUri`, and the older spelling under the framework's name (`sklearn.storageUri`). */
function frameworkUris(spec: Node): PlacedText[] {
  const value = valueAt(spec.document.value, spec.path);
  if (!isJsonObject(value)) return [];
  return Object.keys(value).flatMap((key) => placed(step(spec, key), 'storageUri'));
}

function graphUris(graph: Node, depth: number): PlacedText[] {
  if (depth > GRAPH_DEPTH) return [];
  const children = items(graph, 'children').flatMap((child) => graphUris(child, depth + 1));
  return [...placed(graph, 'modelUri'), ...children];
}

/** Annotations of the resource, its predictors and its pod templates whose key ends in `sha256`. */
function statedDigests(node: Node): StatedDigest[] {
  const places = [step(node, 'metadata', 'annotations'), step(node, 'annotations')];
  return places.flatMap((annotations) =>
    keysOf(annotations)
      .filter((key) => key.toLowerCase().endsWith('sha256'))
      .flatMap((key) =>
        placed(annotations, key).map(({ text: value, pointer }) => ({
          key,
          hex: value.replace(/^sha256:/i, ''),
          pointer,
        })),
      ),
  );
}

/** @see https://docs.seldon.ai/seldon-core-2/resources/experiment */
function candidatesOf(node: Node): Candidate[] {
  const spec = step(node, 'spec');
  const mirror = keysOf(step(spec, 'mirror')).length > 0 ? [step(spec, 'mirror')] : [];
  return [...items(spec, 'candidates'), ...mirror].flatMap((candidate) => {
    const name = text(candidate, 'name');
    if (name === undefined) return [];
    return [
      { name, ...optional('weight', text(candidate, 'weight')), pointer: placeOf(candidate) },
    ];
  });
}

/** @see https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/ */
function historyOf(node: Node): SyncedRevision[] {
  const ownRepository = text(step(node, 'spec', 'source'), 'repoURL');
  return items(step(node, 'status'), 'history').flatMap((entry) => {
    const deployedAt = optional('deployedAt', text(entry, 'deployedAt'));
    const synced = (revision: string, repository: string | undefined): SyncedRevision => ({
      revision,
      ...optional('repository', repository),
      ...deployedAt,
      pointer: placeOf(entry),
    });
    const revision = text(entry, 'revision');
    const single =
      revision === undefined
        ? []
        : [synced(revision, text(step(entry, 'source'), 'repoURL') ?? ownRepository)];
    // of several sources each has its revision at its own place in the list
    const sources = items(entry, 'sources').map((source) => text(source, 'repoURL'));
    const several = items(entry, 'revisions').flatMap((item, at) => {
      const value = item.document.textAt(item.path);
      return value === undefined ? [] : [synced(value, sources[at])];
    });
    return [...single, ...several];
  });
}

/** A registry's version in an annotation (`…model-version: <family>/<version>`), else the recommended version label. */
function releaseOf(node: Node): { family?: string; version?: string } {
  const annotations = step(node, 'metadata', 'annotations');
  const key = keysOf(annotations).find((name) => name.endsWith('model-version'));
  const stated = key === undefined ? undefined : text(annotations, key);
  const slash = stated?.lastIndexOf('/') ?? -1;
  if (stated !== undefined && slash > 0) {
    return { family: stated.slice(0, slash), version: stated.slice(slash + 1) };
  }
  const label = text(step(node, 'metadata', 'labels'), 'app.kubernetes.io/version');
  return optional('version', stated ?? label);
}

function ownerOf(node: Node): string | undefined {
  for (const place of ['annotations', 'labels']) {
    const map = step(node, 'metadata', place);
    const key = keysOf(map).find((name) => /(?:^|\/)(?:owner|team)$/.test(name));
    if (key !== undefined) return text(map, key);
  }
  return undefined;
}

function step(node: Node, ...keys: string[]): Node {
  return { ...node, path: pointerJoin(node.path, ...keys) };
}

function items(node: Node, key: string): Node[] {
  const list = arrayMember(valueAt(node.document.value, node.path), key) ?? [];
  return list.map((_, at) => ({ ...node, path: pointerJoin(node.path, key, at) }));
}

function listed(node: Node, key: string): PlacedText[] {
  return items(node, key).flatMap((item) => {
    const value = item.document.textAt(item.path);
    return value === undefined ? [] : [{ text: value, pointer: placeOf(item) }];
  });
}

function text(node: Node, key: string): string | undefined {
  return findText(node.document, node.path, key);
}

function placed(node: Node, key: string): PlacedText[] {
  const value = text(node, key);
  return value === undefined ? [] : [{ text: value, pointer: placeOf(step(node, key)) }];
}

function keysOf(node: Node): readonly string[] {
  const value: JsonValue | undefined = valueAt(node.document.value, node.path);
  return isJsonObject(value) ? Object.keys(value).filter((key) => member(value, key) !== null) : [];
}

function placeOf(node: Node): string {
  return `/${node.at}${node.path}`;
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: string });
}
