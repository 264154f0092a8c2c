// SPDX-License-Identifier: Apache-2.0
import {
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { LIMITS } from '../../core/limits.ts';
import { DEFAULT_PAGE_ITEMS } from '../service/page.ts';

/** What a query may make the server do, with every fragment written out. Infinite where fragments go in circles. */
export interface QueryMeasure {
  readonly depth: number;
  readonly aliases: number;
  /** Fields computed: each counts once per item of the lists around it, a connection by the page it asks for. */
  readonly cost: number;
}

/** Items that a list which is part of one value is taken to have. */
const VALUE_LIST_ITEMS = 10;
const NOTHING: QueryMeasure = { depth: 0, aliases: 0, cost: 0 };
const ENDLESS: QueryMeasure = { depth: Infinity, aliases: Infinity, cost: Infinity };

/** Measures all operations of a document. Each fragment is looked at once, so the time is linear in its text. */
export function measureQuery(document: DocumentNode, schema: GraphQLSchema): QueryMeasure {
  return new Measure(document, schema).all();
}

/** The limit that a query exceeds, in words; undefined where it keeps them all. */
export function exceededLimit({ depth, aliases, cost }: QueryMeasure): string | undefined {
  if (depth > LIMITS.graphqlDepth)
    return `the query is nested more than ${LIMITS.graphqlDepth} deep`;
  if (aliases > LIMITS.graphqlAliases)
    return `the query has more than ${LIMITS.graphqlAliases} aliases`;
  if (cost > LIMITS.graphqlCost)
    return `the query costs more than ${LIMITS.graphqlCost}: ask for smaller pages`;
  return undefined;
}

class Measure {
  readonly #document: DocumentNode;
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #measured = new Map<string, QueryMeasure | 'open'>();

  constructor(document: DocumentNode, schema: GraphQLSchema) {
    this.#document = document;
    this.#schema = schema;
    for (const one of document.definitions) {
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(one.name.value, one);
    }
  }

  all(): QueryMeasure {
    let total = NOTHING;
    for (const one of this.#document.definitions) {
      if (one.kind !== Kind.OPERATION_DEFINITION) continue;
      const root = this.#schema.getRootType(one.operation) ?? undefined;
      total = sum(total, this.#selections(one.selectionSet, root));
    }
    return total;
  }

  #selections(set: SelectionSetNode, type: GraphQLNamedType | undefined): QueryMeasure {
    let total = NOTHING;
    for (const selection of set.selections) {
      switch (selection.kind) {
        case Kind.FIELD:
          total = sum(total, this.#field(selection, type));
          break;
        case Kind.INLINE_FRAGMENT: {
          const condition = selection.typeCondition?.name.value;
          const inner = condition === undefined ? type : this.#schema.getType(condition);
          total = sum(total, this.#selections(selection.selectionSet, inner));
          break;
        }
        case Kind.FRAGMENT_SPREAD:
          total = sum(total, this.#fragment(selection.name.value));
          break;
      }
    }
    return total;
  }

  #field(field: FieldNode, type: GraphQLNamedType | undefined): QueryMeasure {
    const name = field.name.value;
    const aliases = field.alias === undefined ? 0 : 1;
    // introspection exists in development alone, and its own queries are deep
    if (field.selectionSet === undefined || name.startsWith('__'))
      return { depth: 1, aliases, cost: 1 };
    const definition =
      isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    const inner = definition === undefined ? undefined : getNamedType(definition.type);
    const below = this.#selections(field.selectionSet, inner);
    const items = itemsOf(field, definition);
    return {
      depth: 1 + below.depth,
      aliases: aliases + below.aliases,
      cost: 1 + items * below.cost,
    };
  }

  #fragment(name: string): QueryMeasure {
    const known = this.#measured.get(name);
    if (known === 'open') return ENDLESS;
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return NOTHING;
    this.#measured.set(name, 'open');
    const type = this.#schema.getType(fragment.typeCondition.name.value);
    const measure = this.#selections(fragment.selectionSet, type);
    this.#measured.set(name, measure);
    return measure;
  }
}

/** A connection multiplies by the page that it asks for, its `edges` by nothing more. */
function itemsOf(field: FieldNode, definition: GraphQLField<unknown, unknown> | undefined): number {
  if (definition === undefined || field.name.value === 'edges') return 1;
  if (definition.args.some((argument) => argument.name === 'first')) return pageOf(field);
  const type = isNonNullType(definition.type) ? definition.type.ofType : definition.type;
  return isListType(type) ? VALUE_LIST_ITEMS : 1;
}

/** A variable could be anything up to the limit. */
function pageOf(field: FieldNode): number {
  const first = field.arguments?.find((argument) => argument.name.value === 'first')?.value;
  if (first === undefined || first.kind === Kind.NULL) return DEFAULT_PAGE_ITEMS;
  if (first.kind !== Kind.INT) return LIMITS.pageItems;
  return Math.max(1, Math.min(Number(first.value), LIMITS.pageItems));
}

/** Depth is the largest, the rest adds up. */
function sum(a: QueryMeasure, b: QueryMeasure): QueryMeasure {
  return {
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    cost: a.cost + b.cost,
  };
}
