// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import type { Place } from './place.ts';

/** Looks at one value and adds what is wrong with it. Linear in the value; patterns given to it must be linear too. */
export type Shape = (place: Place, faults: SchemaProblem[]) => void;

export interface Member {
  readonly shape: Shape;
  readonly required: boolean;
}

/** What is wrong with a value by a shape. */
export function findFaults(place: Place, shape: Shape): readonly SchemaProblem[] {
  const faults: SchemaProblem[] = [];
  shape(place, faults);
  return faults;
}

export const required = (shape: Shape): Member => ({ shape, required: true });
export const allowed = (shape: Shape): Member => ({ shape, required: false });

/** Anything at all. */
export const anything: Shape = () => {};

/** Text, of one of some values or a pattern where these are given. */
export function text(rule?: readonly string[] | RegExp): Shape {
  return (place, faults) => {
    const { value } = place;
    if (typeof value !== 'string') {
      addProblem(faults, 'schema:type', place.pointer, 'not text');
    } else if (rule instanceof RegExp ? !rule.test(value) : rule?.includes(value) === false) {
      const code = rule instanceof RegExp ? 'schema:pattern' : 'schema:enum';
      addProblem(faults, code, place.pointer, `not allowed here: "${excerpt(value)}"`);
    }
  };
}

/** An integer of at least `minimum`. */
export function integer(minimum: number): Shape {
  return (place, faults) => {
    const { number } = place;
    if (number === undefined || !Number.isInteger(number)) {
      addProblem(faults, 'schema:type', place.pointer, 'not an integer');
    } else if (number < minimum) {
      addProblem(faults, 'schema:minimum', place.pointer, `less than ${minimum}`);
    }
  };
}

export function list(item: Shape, rule: { minItems?: number; orNull?: boolean } = {}): Shape {
  return (place, faults) => {
    if (rule.orNull === true && place.value === null) return;
    if (!place.isArray) {
      addProblem(faults, 'schema:type', place.pointer, 'not a list');
      return;
    }
    const { items } = place;
    if (items.length < (rule.minItems ?? 0)) {
      addProblem(faults, 'schema:minItems', place.pointer, `fewer than ${rule.minItems} items`);
    }
    for (const one of items) item(one, faults);
  };
}

/** An object of these members; others are a fault unless it is open. */
export function record(
  members: Readonly<Record<string, Member>>,
  rule: { open?: boolean; also?: Shape } = {},
): Shape {
  const known = new Map(Object.entries(members));
  return (place, faults) => {
    if (!place.isObject) {
      addProblem(faults, 'schema:type', place.pointer, 'not an object');
      return;
    }
    for (const [name, member] of known) {
      const at = place.at(name);
      if (at.value !== undefined) member.shape(at, faults);
      else if (member.required) {
        addProblem(faults, 'schema:required', place.pointer, `"${name}" is required`);
      }
    }
    for (const name of place.keys) {
      if (rule.open === true || known.has(name)) continue;
      const message = `no such member: "${excerpt(name)}"`;
      addProblem(faults, 'schema:additionalProperties', place.pointer, message);
    }
    rule.also?.(place, faults);
  };
}
