// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { TRUST_CLASSES } from '../../graph/domain/trust-class.ts';
import type { AppContext } from '../env.ts';
import type { QuestionOptions } from '../service/pedigree.ts';
import { pageRequest, type PageRequest } from '../service/page.ts';
import { atMostQuestionRefs } from '../service/refs.ts';

/** The query of a request. A parameter that nobody asked for is a mistake, and is said to be one. */
export class Query {
  readonly #values = new Map<string, string[]>();

  /** @throws {PedigreeError} ERR_USAGE for an unknown parameter, ERR_LIMIT_SIZE for a text that is too long */
  constructor(c: AppContext, known: readonly string[]) {
    for (const [name, value] of new URL(c.req.url).searchParams) {
      if (!known.includes(name)) {
        throw new PedigreeError('ERR_USAGE', `there is no parameter "${excerpt(name)}" here`, {
          hint: known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`,
        });
      }
      if (value.length > LIMITS.refChars) {
        throw new PedigreeError(
          'ERR_LIMIT_ITEMS',
          `${name} has more than ${LIMITS.refChars} characters`,
        );
      }
      this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
    }
  }

  /** @throws {PedigreeError} ERR_USAGE where it is given twice */
  find(name: string): string | undefined {
    const values = this.#values.get(name) ?? [];
    if (values.length > 1)
      throw new PedigreeError('ERR_USAGE', `${name} is given ${values.length} times`);
    return values[0] === '' ? undefined : values[0];
  }

  /** @throws {PedigreeError} ERR_USAGE where it is missing or given twice */
  get(name: string): string {
    const value = this.find(name);
    if (value === undefined) throw new PedigreeError('ERR_USAGE', `${name} is missing`);
    return value;
  }

  /** @throws {PedigreeError} ERR_USAGE where there is none, ERR_LIMIT_ITEMS where there are too many */
  getAll(name: string): readonly string[] {
    const values = (this.#values.get(name) ?? []).filter((value) => value !== '');
    if (values.length === 0) throw new PedigreeError('ERR_USAGE', `${name} is missing`);
    return atMostQuestionRefs(values);
  }

  /** @throws {PedigreeError} ERR_USAGE for anything but a whole number */
  findCount(name: string): number | undefined {
    const text = this.find(name);
    return text === undefined ? undefined : parseCount(name, text);
  }

  /** @throws {PedigreeError} ERR_USAGE for anything that is not in the list */
  findOneOf<const T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.find(name);
    const found = allowed.find((word) => word === text);
    if (text !== undefined && found === undefined) {
      throw new PedigreeError('ERR_USAGE', `${name} is none of the words that it may be`, {
        hint: `one of ${allowed.join(', ')}`,
      });
    }
    return found;
  }

  page(): PageRequest {
    return pageRequest(this.findCount('first'), this.find('after'));
  }

  /** `asOf` and `minClass`. */
  question(): QuestionOptions {
    const asOf = this.findCount('asOf');
    const minClass = this.findOneOf('minClass', TRUST_CLASSES);
    return {
      ...(asOf === undefined ? {} : { asOf }),
      ...(minClass === undefined ? {} : { minClass }),
    };
  }
}

/** @throws {PedigreeError} ERR_USAGE where the request has a query */
export function assertNoQuery(c: AppContext): void {
  void new Query(c, []);
}

/** @throws {PedigreeError} ERR_USAGE */
export function parseCount(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new PedigreeError('ERR_USAGE', `${name} is a whole number`);
  return Number(text);
}
