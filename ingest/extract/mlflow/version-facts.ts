// SPDX-License-Identifier: Apache-2.0
import { hexOf, sha256 } from '../../../core/digest.ts';
import { artifactEntities, attributesOf, modelRef, runRef, versionRef } from './identity.ts';
import { findTime } from './run-facts.ts';
import type {
  MlflowEntry,
  MlflowFamily,
  MlflowModelVersion,
} from '../../../schemas/mlflow/model.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** The family by its name alone: which version an alias means now, for people. */
export function stateFamily(builder: FactsBuilder, family: MlflowFamily): void {
  const { name, aliases, pointer } = family;
  builder.entity({
    kinds: [isPrompt(family.tags) ? 'Prompt' : 'Model'],
    pointer,
    names: [name],
    local: `family/${name}`,
    attributes: { system: 'mlflow', family: name, ...attributesOf('alias', aliases) },
  });
}

/**
 * States one version of the registry: what it is, which run made it, and its place in the family. A registry has no name of
 * its own in its answers, so that (name, version) alone is a shared name; the logged model's id is the identity.
 */
export function stateVersion(builder: FactsBuilder, entry: MlflowModelVersion): void {
  const { name, version, modelId, runId, pointer } = entry;
  const template = entry.tags.find(({ key }) => key === PROMPT_TEXT)?.value;
  const node = builder.entity({
    kinds: [isPrompt(entry.tags) ? 'Prompt' : 'Model'],
    digests: template === undefined ? [] : [{ algorithm: 'sha256', hex: hexOf(sha256(template)) }],
    pointer,
    names: [`${name}/${version}`, ...entry.aliases.map((alias) => `${name}@${alias}`)],
    coordinates: modelId === undefined ? [] : [modelRef(modelId)],
    nameRefs: [versionRef(name, version)],
    local: `version/${name}/${version}`,
    attributes: versionAttributes(entry),
  });
  builder.subject(node);
  builder.claim({ type: 'version', about: node, family: name, version, pointer });
  if (runId !== undefined) {
    const run = builder.nodeOf(runRef(runId), ['Run'], [runId]);
    builder.edge(node, 'wasGeneratedBy', run, pointer);
  }
  for (const artifact of artifactEntities(entry.tags)) {
    builder.edge(node, 'contains', builder.entity(artifact), artifact.pointer);
  }
}

/** The prompt registry keeps prompts as registered models with tags; the template is a tag of each version. */
const PROMPT_TEXT = 'mlflow.prompt.text';

function isPrompt(tags: readonly MlflowEntry[]): boolean {
  return tags.some(
    ({ key, value }) =>
      key === PROMPT_TEXT || (key === 'mlflow.prompt.is_prompt' && value.toLowerCase() === 'true'),
  );
}

function versionAttributes(entry: MlflowModelVersion): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {
    system: 'mlflow',
    family: entry.name,
    version: entry.version,
  };
  if (entry.aliases.length > 0) attributes['aliases'] = entry.aliases.join(', ');
  if (entry.status !== undefined) attributes['status'] = entry.status;
  if (entry.stage !== undefined) attributes['stage'] = entry.stage;
  if (entry.source !== undefined) attributes['source'] = entry.source;
  const created = findTime(entry.createdMs);
  if (created !== undefined) attributes['created'] = created;
  return attributes;
}
