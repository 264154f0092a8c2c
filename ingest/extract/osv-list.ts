// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { parseOsvList } from '../../schemas/osv/list.ts';
import { FactsBuilder } from './facts-builder.ts';
import { finishReading, innerJson, jsonOf } from './reading.ts';
import type { FormatReader } from './extractor.ts';

/** A list of OSV advisories: it states nothing beside them. */
export const osvListReader: FormatReader = {
  formats: ['osv-list'],
  extractor: 'osv-list@1',
  read(decoded, detected, context) {
    const { advisories, problems } = parseOsvList(jsonOf(decoded));
    if (advisories.length > LIMITS.archiveMembers) {
      throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${LIMITS.archiveMembers} advisories`, {
        hint: 'split the list',
      });
    }
    const builder = new FactsBuilder(context.digest);
    return {
      ...finishReading(builder, { detected, statementKind: 'listing' }, context, problems),
      inner: advisories.map(({ name, advisory, pointer }) => ({
        name,
        bytes: innerJson(advisory, pointer),
      })),
    };
  },
};
