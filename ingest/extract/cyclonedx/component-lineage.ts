// SPDX-License-Identifier: Apache-2.0
import { findBomLink } from '../../../schemas/cyclonedx/bom-link.ts';
import { sharedName } from './identity.ts';
import type {
  Component,
  ExternalReference,
  Organization,
} from '../../../schemas/cyclonedx/model.ts';
import type { BomGraph } from './bom-graph.ts';

/** States what each component's own record says of its origin: pedigree, suppliers, distribution files, licences. */
export function stateComponentLineage(graph: BomGraph): void {
  const suppliers = new Suppliers(graph);
  for (const [element, source] of graph.sources) {
    const node = graph.nodeOf(element);
    if (source.externalReferences.length > 0)
      stateReferences(graph, node, source.externalReferences);
    if (source.form === 'service') {
      suppliers.state(node, source.provider, 'provider');
      continue;
    }
    suppliers.state(node, source.supplier, 'supplier');
    suppliers.state(node, source.manufacturer, 'manufacturer');
    if (source.pedigree !== undefined) statePedigree(graph, node, source.pedigree);
    if (source.type === 'machine-learning-model' || source.type === 'data') {
      stateLicenses(graph, node, source);
    }
  }
  stateMetadataSuppliers(graph, suppliers);
}

/** metadata.supplier and manufacture are those of the component that the BOM describes; manufacturer (1.6) is the BOM's own. */
function stateMetadataSuppliers(graph: BomGraph, suppliers: Suppliers): void {
  const { supplier, manufacture, manufacturer } = graph.bom.metadata;
  const about = graph.mainNode ?? graph.bomNode;
  suppliers.state(about, supplier, 'supplier');
  suppliers.state(about, manufacture, 'manufacturer');
  suppliers.state(graph.bomNode, manufacturer, 'manufacturer');
}

/**
 * An ancestor is what the component was made from; a descendant was made from the component. Of a variant the
 * specification says that it is unclear which was made from which: the direction is ours, so the edge is inferred.
 * @see https://cyclonedx.org/docs/1.7/json/#components_items_pedigree
 */
function statePedigree(
  graph: BomGraph,
  node: number,
  { ancestors, descendants, variants }: NonNullable<Component['pedigree']>,
): void {
  for (const ancestor of ancestors) {
    const cause = graph.nodeOfSource(ancestor);
    if (cause === undefined) continue;
    graph.typed(node, 'wasDerivedFrom', cause, ancestor.pointer, {
      qualifiers: { basis: 'ancestor' },
    });
  }
  for (const descendant of descendants) {
    const effect = graph.nodeOfSource(descendant);
    if (effect === undefined) continue;
    graph.typed(effect, 'wasDerivedFrom', node, descendant.pointer, {
      qualifiers: { basis: 'descendant' },
    });
  }
  for (const variant of variants) {
    const effect = graph.nodeOfSource(variant);
    if (effect === undefined) continue;
    graph.typed(effect, 'wasDerivedFrom', node, variant.pointer, {
      strength: 'inferred',
      qualifiers: { basis: 'variant' },
    });
  }
}

/** A distribution with a hash is a file that can be recognised; a URL alone serves other bytes tomorrow and stays an attribute. */
function stateReferences(
  graph: BomGraph,
  node: number,
  references: readonly ExternalReference[],
): void {
  for (const { type, url, hashes, pointer } of references) {
    if (type === 'distribution' && hashes.length > 0) {
      const file = graph.builder.entity({
        kinds: ['File'],
        pointer,
        names: [url],
        digests: hashes,
        local: pointer,
      });
      graph.builder.edge(node, 'hasDistributionArtifact', file, pointer);
    } else if (type === 'bom') {
      stateBomReference(graph, node, url, pointer);
    }
  }
}

function stateBomReference(graph: BomGraph, node: number, url: string, pointer: string): void {
  const link = findBomLink(url);
  const bom = link === undefined || link.ref !== undefined ? undefined : graph.resolve(url);
  if (bom !== undefined) graph.builder.edge(bom, 'describes', node, pointer);
}

/** Licences of models and data may be withdrawn with effect on what was made from them, so they are things of their own; those of packages are attributes. */
function stateLicenses(graph: BomGraph, node: number, source: Component): void {
  for (const { text, acknowledgement } of source.licenses) {
    const ref = sharedName('license', text)[0];
    if (ref === undefined || text.length > MAX_LICENSE) continue;
    const license = graph.builder.nodeOf(ref, ['Name'], [text]);
    const qualifiers = acknowledgement === undefined ? {} : { acknowledgement };
    graph.builder.edge(node, 'hasLicense', license, source.pointer, { qualifiers });
  }
}

/** Longer ones are licence texts put in the place of a name. */
const MAX_LICENSE = 256;

/** One node for each organisation name of the document. */
class Suppliers {
  readonly #graph: BomGraph;
  readonly #known = new Map<string, number>();

  constructor(graph: BomGraph) {
    this.#graph = graph;
  }

  state(about: number, organization: Organization | undefined, role: string): void {
    if (organization === undefined) return;
    const supplier = this.#nodeOf(organization);
    const { builder } = this.#graph;
    builder.edge(about, 'wasAttributedTo', supplier, organization.pointer, {
      qualifiers: { role },
    });
  }

  #nodeOf({ name, pointer }: Organization): number {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const node = this.#graph.builder.entity({
      kinds: ['Supplier'],
      pointer,
      names: [name],
      nameRefs: sharedName('supplier', name),
      local: pointer,
    });
    this.#known.set(name, node);
    return node;
  }
}
