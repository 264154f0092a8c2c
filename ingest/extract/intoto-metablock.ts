// SPDX-License-Identifier: Apache-2.0
import { parseMetablock } from '../../schemas/intoto/metablock.ts';
import type { FormatReader } from './extractor.ts';
import { finishEnvelope, jsonOf } from './reading.ts';

/** in-toto metablocks (`.link`, `.layout` before DSSE): `signed` becomes a document of its own. */
export const intotoMetablockReader: FormatReader = {
  formats: ['in-toto-metablock'],
  extractor: 'in-toto-metablock/1',
  read(decoded, detected, context) {
    const { payload, envelope, problems } = parseMetablock(jsonOf(decoded));
    return finishEnvelope(payload, envelope, detected, context, problems);
  },
};
