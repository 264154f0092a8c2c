// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import { AI_CLASSES, AI_VOCABULARIES } from './ai.ts';
import { BUILD_CLASSES } from './build.ts';
import { CORE_CLASSES, CORE_VOCABULARIES } from './core.ts';
import { DATA_TYPES, type DataTypeCheck } from './data-types.ts';
import { DATASET_CLASSES, DATASET_VOCABULARIES } from './dataset.ts';
import { EDITION_3_0_0_CLASSES, EDITION_3_0_0_VOCABULARIES } from './edition-3-0-0.ts';
import { EXTENSION_CLASSES } from './extension.ts';
import { LICENSING_CLASSES } from './licensing.ts';
import { SECURITY_CLASSES, SECURITY_VOCABULARIES } from './security.ts';
import { SOFTWARE_CLASSES, SOFTWARE_VOCABULARIES } from './software.ts';
import type { ClassPages, Vocabularies } from './page.ts';

/** A class with all that it inherits. */
export interface ClassRule {
  readonly name: string;
  readonly isAbstract: boolean;
  /** Elements have a `spdxId`, everything else may have an `@id`. */
  readonly isElement: boolean;
  /** Its own name and those of all its superclasses. */
  readonly lineage: ReadonlySet<string>;
  readonly properties: ReadonlyMap<string, PropertyRule>;
  /** Names of the properties that each object has. */
  readonly required: readonly string[];
}

export interface PropertyRule {
  readonly min: number;
  /** More than one may be given, so that JSON-LD writes an array, of one too. */
  readonly isList: boolean;
  readonly range: Range;
}

/** What a value is: of a data type, a term of a vocabulary, or an object (or its id) of a class. */
export type Range =
  | { readonly kind: 'data'; readonly name: string; readonly has: DataTypeCheck }
  | { readonly kind: 'term'; readonly name: string; readonly terms: ReadonlySet<string> }
  | { readonly kind: 'class'; readonly name: string; readonly isElement: boolean };

/** One version of the model. */
export interface Edition {
  /** The address of its JSON-LD context. */
  readonly context: string;
  readonly classes: ReadonlyMap<string, ClassRule>;
}

/** A property as a page writes it: `1..* Agent`. */
const CARDINALITY = /^(\d+)\.\.(1|\*) (\w+)$/;

const CLASSES: ClassPages = {
  ...CORE_CLASSES,
  ...SOFTWARE_CLASSES,
  ...SECURITY_CLASSES,
  ...LICENSING_CLASSES,
  ...AI_CLASSES,
  ...DATASET_CLASSES,
  ...BUILD_CLASSES,
  ...EXTENSION_CLASSES,
};

const VOCABULARIES: Vocabularies = {
  ...CORE_VOCABULARIES,
  ...SOFTWARE_VOCABULARIES,
  ...SECURITY_VOCABULARIES,
  ...AI_VOCABULARIES,
  ...DATASET_VOCABULARIES,
};

const EDITIONS = [
  createEdition('3.0.1', CLASSES, VOCABULARIES),
  createEdition(
    '3.0.0',
    { ...CLASSES, ...EDITION_3_0_0_CLASSES },
    { ...VOCABULARIES, ...EDITION_3_0_0_VOCABULARIES },
  ),
] as const;

/** The edition that a document without a context is looked at with. */
export const NEWEST_EDITION: Edition = EDITIONS[0];

/** The edition whose JSON-LD context has this address; undefined where there is none. */
export function findEdition(context: string): Edition | undefined {
  return EDITIONS.find((edition) => edition.context === context);
}

function createEdition(version: string, pages: ClassPages, vocabularies: Vocabularies): Edition {
  const terms = new Map(
    Object.entries(vocabularies).map(([name, text]) => [name, new Set(text.trim().split(/\s+/))]),
  );
  const classes = new Map<string, ClassRule>();
  for (const name of Object.keys(pages)) classes.set(name, createClass(name, pages, terms));
  return { context: `https://spdx.org/rdf/${version}/spdx-context.jsonld`, classes };
}

type Terms = ReadonlyMap<string, ReadonlySet<string>>;

function createClass(name: string, pages: ClassPages, terms: Terms): ClassRule {
  const lineage = lineageOf(name, pages);
  const properties = new Map<string, PropertyRule>();
  for (const ancestor of [...lineage].reverse()) {
    for (const [key, text] of Object.entries(pages[ancestor]?.has ?? {})) {
      properties.set(key, parseProperty(text, pages, terms));
    }
  }
  return {
    name,
    isAbstract: pages[name]?.abstract === true,
    isElement: lineage.has('Element'),
    lineage,
    properties,
    required: [...properties].filter(([, { min }]) => min > 0).map(([key]) => key),
  };
}

function lineageOf(name: string, pages: ClassPages): ReadonlySet<string> {
  const lineage = new Set<string>();
  for (let at: string | undefined = name; at !== undefined; at = pages[at]?.is) lineage.add(at);
  return lineage;
}

/** @throws {PedigreeError} ERR_INTERNAL where a table is wrong */
function parseProperty(text: string, pages: ClassPages, terms: Terms): PropertyRule {
  const [, min, max, type = ''] = CARDINALITY.exec(text) ?? [];
  return { min: Number(min), isList: max === '*', range: rangeOf(type, pages, terms) };
}

function rangeOf(name: string, pages: ClassPages, terms: Terms): Range {
  const has = DATA_TYPES.get(name);
  if (has !== undefined) return { kind: 'data', name, has };
  const entries = terms.get(name);
  if (entries !== undefined) return { kind: 'term', name, terms: entries };
  if (!Object.hasOwn(pages, name)) {
    throw new PedigreeError('ERR_INTERNAL', `the SPDX 3 tables have no type "${name}"`);
  }
  return { kind: 'class', name, isElement: lineageOf(name, pages).has('Element') };
}
