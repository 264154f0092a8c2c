// SPDX-License-Identifier: Apache-2.0
import { addProblem, type SchemaProblem } from '../../intoto/problem.ts';
import type { Place } from '../../tool-report/place.ts';

/** Languages of two letters, ISO 639-1. */
const LANGUAGES = new Set(
  (
    'aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es ' +
    'et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj ' +
    'kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ' +
    'ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ' +
    'ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu'
  ).split(' '),
);
/** Names of the profiles; a category that only looks like one is forbidden (6.1.26). */
const PROFILES = [
  'csafbase',
  'csafsecurityincidentresponse',
  'csafinformationaladvisory',
  'csafsecurityadvisory',
  'csafvex',
];
const PROFILES_2_1 = ['csafwithdrawn', 'csafsuperseded', 'csafdeprecatedsecurityadvisory'];
const OTHER_NAMES = [
  'informationaladvisory',
  'securityadvisory',
  'securityincidentresponse',
  'vex',
  'withdrawn',
  'superseded',
];
const MAX_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const NIL_UUID = '00000000-0000-0000-0000-000000000000';
/** 2.1: groups that everybody has, by id. */
const GROUP_NAMES: ReadonlyMap<string, string> = new Map([
  [MAX_UUID, 'Public'],
  [NIL_UUID, 'No sharing allowed'],
]);

/** Faults of what the document says of itself. */
export function findDocumentFaults(root: Place): readonly SchemaProblem[] {
  const faults: SchemaProblem[] = [];
  const document = root.at('document');
  for (const key of ['lang', 'source_lang']) checkLanguage(document.at(key), faults);
  const isTranslated = document.at('publisher', 'category').text === 'translator';
  if (isTranslated && !document.at('source_lang').exists) {
    addProblem(
      faults,
      '6.1.15',
      document.pointer,
      'a translation does not name its source language',
    );
  }
  checkCategory(document.at('category'), faults);
  checkSharing(document, faults);
  const [lang, source] = ['lang', 'source_lang'].map((key) => document.at(key).text?.toLowerCase());
  if (lang !== undefined && lang === source) {
    addProblem(faults, '6.1.28', '/document/source_lang', 'translated into its own language');
  }
  return faults;
}

function checkLanguage(place: Place, faults: SchemaProblem[]): void {
  const [language = ''] = (place.text ?? '').toLowerCase().split('-');
  if (language.length === 2 && !LANGUAGES.has(language)) {
    addProblem(faults, '6.1.12', place.pointer, 'no such language');
  }
}

/** A name that is a profile's but for case, spaces, dashes, underscores or the prefix. */
function checkCategory(place: Place, faults: SchemaProblem[]): void {
  const { text } = place;
  if (text === undefined) return;
  const bare = text.toLowerCase().replace(/[\s_-]/g, '');
  const isProfile = [...PROFILES, ...PROFILES_2_1].includes(bare);
  const isExact = /^csaf_[a-z_]+$/.test(text) && isProfile;
  if (!isExact && (isProfile || OTHER_NAMES.includes(bare))) {
    addProblem(faults, '6.1.26', place.pointer, 'nearly the name of a profile');
  }
}

/** 2.1: who may share with everybody has the group of everybody; a group's reserved name and its id go together. */
function checkSharing(document: Place, faults: SchemaProblem[]): void {
  const distribution = document.at('distribution');
  const group = distribution.at('sharing_group');
  const id = group.at('id').text;
  if (id === undefined) return;
  const isPublic = distribution.at('tlp', 'label').text === 'CLEAR';
  const isOwnDraft = id === NIL_UUID && document.at('tracking', 'status').text === 'draft';
  if (isPublic && id !== MAX_UUID && !isOwnDraft) {
    addProblem(faults, '6.1.39', group.at('id').pointer, 'a public document in a private group');
  }
  const name = group.at('name').text;
  const expected = GROUP_NAMES.get(id);
  if (expected !== undefined && name !== expected) {
    addProblem(faults, '6.1.41', group.pointer, `the group has the name "${expected}"`);
  }
  if (expected === undefined && name !== undefined && [...GROUP_NAMES.values()].includes(name)) {
    addProblem(faults, '6.1.40', group.at('name').pointer, 'the reserved name of another group');
  }
}
