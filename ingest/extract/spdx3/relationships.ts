// SPDX-License-Identifier: Apache-2.0
import { sharedName } from '../cyclonedx/identity.ts';
import { meaningOf, type EdgeOptions, type Meaning } from './meanings.ts';
import type { Relationship } from '../../../schemas/spdx3/model.ts';
import type { Spdx3Graph } from './spdx3-graph.ts';

/** Longer ones are licence texts put in the place of a name. */
const MAX_LICENSE = 256;

/** States one relationship, once for each `to`. What a collection `describes` is the document's root and is stated there. */
export function stateRelationship(graph: Spdx3Graph, relationship: Relationship): void {
  const { relationshipType, pointer, from, to } = relationship;
  const meaning = meaningOf(relationshipType);
  if (meaning === undefined) {
    const message = `no such relationship: "${relationshipType}"`;
    graph.builder.problem('relationship-unknown', pointer, message);
    return;
  }
  if (meaning.form === 'none') return;
  const source = graph.resolve(from, pointer);
  if (source === undefined) return;
  if (meaning.form === 'license') {
    stateLicenses(graph, relationship, meaning.acknowledgement, source);
    return;
  }
  for (const id of to) {
    const target = graph.resolve(id, pointer);
    if (target !== undefined) stateMeaning(graph, relationship, meaning, source, target);
  }
  stateCompleteness(graph, relationship, source);
}

function stateMeaning(
  graph: Spdx3Graph,
  relationship: Relationship,
  meaning: Meaning,
  from: number,
  to: number,
): void {
  const { pointer } = relationship;
  switch (meaning.form) {
    case 'contains':
    case 'dependsOn': {
      const whole = meaning.reversed ? to : from;
      const part = meaning.reversed ? from : to;
      if (part !== graph.document) graph.list(part, pointer);
      if (meaning.form === 'contains') graph.contain(whole, part, pointer);
      else graph.dependOn(whole, part, pointer);
      break;
    }
    case 'describes':
      if (from !== to && from !== graph.document)
        graph.builder.edge(from, 'describes', to, pointer);
      break;
    case 'typed':
      stateTyped(graph, relationship, meaning, from, to);
      break;
    case 'produces':
      stateProduct(graph, relationship, meaning.options, from, to);
      break;
    case 'status': {
      const [vulnerability, thing] = meaning.reversed ? [to, from] : [from, to];
      const qualifiers: Record<string, string> = { status: meaning.status };
      const { justification } = relationship;
      if (justification !== undefined) qualifiers['justification'] = justification.slice(0, 64);
      if (vulnerability !== thing) {
        graph.builder.edge(vulnerability, 'hasStatus', thing, pointer, { qualifiers });
      }
      break;
    }
    case 'license':
    case 'none':
  }
}

function stateTyped(
  graph: Spdx3Graph,
  { scope, pointer }: Relationship,
  { relation, reversed, options }: Extract<Meaning, { form: 'typed' }>,
  from: number,
  to: number,
): void {
  const effect = reversed ? to : from;
  const cause = reversed ? from : to;
  const scoped = withScope(options, scope);
  if (relation === 'trainedOn' || relation === 'testedOn') {
    // a file may be said to be trained on a file: then they are a model and a dataset
    graph.builder.addKind(effect, 'Model');
    graph.builder.addKind(cause, 'Dataset');
  }
  if (relation === 'wasRevisionOf' || relation === 'wasAssociatedWith') {
    graph.builder.edge(effect, relation, cause, pointer, scoped);
  } else {
    graph.typed(effect, relation, cause, pointer, scoped);
  }
}

/** `generates` goes from producer to product. Of a Build the product is an output, of anything else it is derived. */
function stateProduct(
  graph: Spdx3Graph,
  { scope, pointer }: Relationship,
  ofThing: EdgeOptions,
  producer: number,
  product: number,
): void {
  if (graph.isBuild(producer)) {
    graph.typed(product, 'wasGeneratedBy', producer, pointer, withScope(OF_BUILD, scope));
  } else {
    graph.typed(product, 'wasDerivedFrom', producer, pointer, withScope(ofThing, scope));
  }
}

const OF_BUILD: EdgeOptions = { strength: 'explicit', qualifiers: {} };

/** @param scope of a LifecycleScopedRelationship: `build`, `runtime`… */
function withScope(options: EdgeOptions, scope: string | undefined): EdgeOptions {
  if (scope === undefined) return options;
  const { strength, qualifiers } = options;
  return { strength, qualifiers: { ...qualifiers, scope: scope.slice(0, 64) } };
}

/** Licences of models and data may be withdrawn with effect on what was made from them, so they are things of their own. */
function stateLicenses(
  graph: Spdx3Graph,
  { to, pointer }: Relationship,
  acknowledgement: 'declared' | 'concluded',
  about: number,
): void {
  if (!graph.isModelOrDataset(about)) return;
  for (const id of to) {
    const text = graph.licenseText(id);
    const ref = sharedName('license', text)[0];
    if (text === undefined || ref === undefined || text.length > MAX_LICENSE) continue;
    const license = graph.builder.nodeOf(ref, ['Name'], [text]);
    graph.builder.edge(about, 'hasLicense', license, pointer, { qualifiers: { acknowledgement } });
  }
}

/** `complete`: there are no further `to` elements. Only for parts, and for the inputs of a build, is that a closure. */
function stateCompleteness(
  graph: Spdx3Graph,
  { relationshipType, completeness, pointer }: Relationship,
  about: number,
): void {
  if (completeness !== 'complete') return;
  if (relationshipType === 'contains') {
    graph.builder.claim({ type: 'completeness', about, covers: 'parts', pointer });
  } else if (relationshipType === 'hasInput' && graph.isBuild(about)) {
    graph.builder.claim({ type: 'completeness', about, covers: 'inputs', pointer });
  }
}
