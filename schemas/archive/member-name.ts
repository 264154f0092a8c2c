// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import { pointerJoin } from '../../core/json.ts';
import { LIMITS } from '../../core/limits.ts';
import type { ArchiveProblem } from './model.ts';

/**
 * Why a member's name is refused, or undefined. Members are kept in memory and never written under their names; a name that
 * leaves the archive is still refused, because every other tool that opens the same archive would follow it.
 */
export function findNameFault(name: string): ArchiveProblem | undefined {
  if (name === '' || name.length > LIMITS.refChars)
    return refuse('member-name', name, 'no usable name');
  if (name.includes('\0')) return refuse('member-name', name, 'a name with a NUL in it');
  const path = name.replaceAll('\\', '/');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) {
    return refuse('member-absolute', name, 'an absolute path');
  }
  if (path.split('/').includes('..'))
    return refuse('member-outside', name, 'a path out of the archive');
  return undefined;
}

/** A problem about one member. */
export function refuse(code: string, name: string, reason: string): ArchiveProblem {
  const label = excerpt(name);
  return { code, pointer: pointerJoin('', label), message: `${label}: ${reason}` };
}
