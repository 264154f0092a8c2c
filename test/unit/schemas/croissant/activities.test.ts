// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseJson } from '../../../../core/json.ts';
import { parseCroissant } from '../../../../schemas/croissant/parse.ts';
import { corpusOf } from '../../../../tools/corpus/entry.ts';
import { describeShared, readShared } from '../../../support/shared.ts';

describeShared('Croissant documents of the corpus', () => {
  const entries = corpusOf('croissant');

  test('the activities that made wildchat, each with its agent', () => {
    const entry = entries.find(({ path }) => path.includes('huggingface-wildchat'));
    const [dataset] = parseCroissant(parseJson(readShared('corpus', entry?.path ?? '')).value);
    expect(dataset?.generatedBy.map((run) => [run.label, run.agents[0]?.label])).toEqual([
      ['journalismPIIremoval', 'Niloofar Mireshghallah'],
      ['toxicContentRemoval', 'OpenAI Moderation API'],
      ['acitivity:PIIremoval', 'presidio'],
    ]);
  });
});
