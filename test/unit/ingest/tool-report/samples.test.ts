// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { Comparison, refEdges } from '../../../support/ml-documents.ts';
import { allSamples, sampleOf } from '../../../support/samples.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { attributesUnder, outcomes, reportFacts, reportNode } from './read.ts';
import type { EvaluationClaim, Facts } from '../../../../graph/domain/facts.ts';

const read = (path: string): Facts => reportFacts(readShared('samples', path));
const summary = (facts: Facts): Readonly<Record<string, string>> =>
  attributesUnder(facts, 'summary.');
const results = (facts: Facts): Readonly<Record<string, string>> =>
  attributesUnder(facts, 'result.');
const tool = (facts: Facts): string | undefined => reportNode(facts).attributes?.['tool'];
const described = (facts: Facts): string[] =>
  facts.edges
    .filter(({ relation }) => relation === 'describes')
    .map(({ to }) => facts.nodes[to]?.ref ?? '');
const statuses = (facts: Facts): string[] =>
  refEdges(facts, 'hasStatus').map((edge) => edge.replace('name:vulnerability/', ''));

/** Folders whose samples are reports in the shared shape, with the stages that the manifest gives each. */
const REPORTS =
  /^(?:bandit|modelscan|nbdefense|great-expectations|deequ|ydata-profiling|evidently|whylogs|garak|llm-guard|tf-privacy|dependency-check|dependency-track|grype|scorecard|mlrun|jenkins|giskard|art|foolbox|atlas|textattack)\/(?!pom\.xml)|^afl\/(?:fuzzer_stats|plot_data)$|^threat-dragon\/(?!tmbom)|^syft\/.*\.github\.json$|^dvc\/(?:metrics-show|.*-tampered-train)\.json$|^variant-sampling\/(?:.*-?diff|status)\.json$/;

describeShared('every report of the samples', () => {
  const reports = allSamples().filter(({ path }) => REPORTS.test(path));

  test('is of a tool, of a stage that the manifest gives it, and carries no content', () => {
    const comparison = new Comparison();
    for (const { path, stage } of reports) {
      const facts = read(path);
      const written = reportNode(facts).attributes?.['stage'] ?? '';
      const found = written.split(',').map(Number);
      comparison.check(
        `${path} stage`,
        found.every((one) => stage.includes(one)),
        true,
      );
      comparison.check(`${path} tool`, (tool(facts) ?? '') === '', false);
      comparison.check(`${path} results`, Object.keys(results(facts)).length > 0, true);
      comparison.check(`${path} kind`, facts.statementKind, 'report');
    }
    comparison.report('tool reports');
    expect(comparison.wrong).toEqual([]);
    expect(reports.length).toBe(94);
  });

  test('names by digest what the manifest says is named by digest, and nothing else', () => {
    const comparison = new Comparison();
    for (const { path, digests, names } of reports.map(withNaming)) {
      const facts = read(path);
      const own = reportNode(facts).ref;
      const found = facts.nodes
        .map(({ ref }) => ref)
        .filter((ref) => ref.startsWith('sha256:') && ref !== own);
      const expected = names ? Object.values(digests) : [];
      comparison.check(path, [...new Set(found)].sort(), [...new Set(expected)].sort());
    }
    comparison.report('digests of tool reports');
    expect(comparison.wrong).toEqual([]);
  });
});

/** Whether a report holds the digests that the manifest lists: the others are only known to whoever made the report. */
function withNaming({
  path,
  digests,
}: {
  path: string;
  digests: Readonly<Record<string, string>>;
}): { path: string; digests: Readonly<Record<string, string>>; names: boolean } {
  const byDigest =
    /^(?:art|foolbox|dependency-check)\/.*\.(?:json|xml|sarif)$|^evidently\/workspace-snapshot|^mlrun\//;
  if (path === 'grype/many-vulns-epss.upstream.json') {
    const image = 'sha256:388056c9a6838deea3792e8f00705b35b439cf57b3c9c2634fb4e95cfc896de6';
    const manifest = 'sha256:123b1fd3a44eaaf7322e08e9175d9ca57d49ebf2955d4fa1f5607e99dc31bcbb';
    const pulled = 'sha256:ae39a6f5c07297d7ab64dbd4f82c77c874cc6a94cea29fdec309d0992574b4f7';
    return { path, digests: { image, manifest, pulled }, names: true };
  }
  if (path === 'grype/no-vuln.upstream.json') {
    const image = 'sha256:22667f53682a2920948d19c7133ab1c9c3f745805c14125859d20cede07f11f9';
    const digest = 'sha256:6bea45f4e050ffdbb3a0f57a6c6f16318314a482f31442c4461a72a3ee2f3ee6';
    return { path, digests: { image, digest }, names: true };
  }
  return { path, digests, names: byDigest.test(path) };
}

describeShared('what each tool found', () => {
  describe('data', () => {
    test.each(['raw', 'clean', 'poisoned-train'])('Great Expectations on %s', (name) => {
      const path = `great-expectations/validation-${name}.json`;
      const { expected } = sampleOf(path);
      const facts = read(path);
      const failed = Object.entries(results(facts))
        .filter(([, text]) => text.startsWith('fail'))
        .map(([result]) => result.replace(/\(.*/, ''));
      expect(failed).toEqual(expected['failed']);
      expect(outcomes(facts)).toMatchObject({
        pass: expected['successful_expectations'],
        fail: expected['unsuccessful_expectations'],
      });
      expect(summary(facts)).toMatchObject({
        success: String(expected['success']),
        evaluated_expectations: String(expected['evaluated_expectations']),
        fingerprint: expected['pandas_data_fingerprint'],
      });
      expect(Number(summary(facts)['success_percent'])).toBe(expected['success_percent']);
      const [about] = facts.subjects.map((id) => facts.nodes[id]);
      expect(about?.names).toEqual([expected['batch_path']]);
      expect(reportNode(facts).attributes).toMatchObject({ toolVersion: '1.24.1', stage: '2' });
    });

    test('Great Expectations catches the flipped labels by their mean, as written', () => {
      const facts = read('great-expectations/validation-poisoned-train.json');
      expect(results(facts)['expect_column_mean_to_be_between(malignant)']).toMatch(/^fail 0\.2/);
      const checkpoint = read('great-expectations/checkpoint-clean.json');
      expect(outcomes(checkpoint)).toEqual({ pass: 5, fail: 0, warn: 0, info: 0 });
      const suite = read('great-expectations/expectation-suite.json');
      expect(outcomes(suite)).toEqual({ pass: 0, fail: 0, warn: 0, info: 5 });
    });

    test.each(['raw', 'clean', 'poisoned-train'])('Deequ on %s', (name) => {
      const { expected } = sampleOf(`deequ/checks-${name}.json`);
      const facts = read(`deequ/checks-${name}.json`);
      expect(outcomes(facts)).toMatchObject({ pass: expected['passed'], fail: expected['failed'] });
      expect(summary(facts)['checkStatus']).toBe(expected['check_status']);
      const metrics = read(`deequ/metrics-${name}.json`);
      const count = sampleOf(`deequ/metrics-${name}.json`).expected['metrics'];
      expect(Object.keys(results(metrics))).toHaveLength(Number(count));
    });

    test('Deequ keeps numbers as written, and names data only in the tags of a repository', () => {
      const checks = results(read('deequ/checks-raw.json'));
      const completeness = 'CompletenessConstraint(Completeness(mean_texture,None,None))';
      expect(checks[completeness]).toBe('fail 0.9805194805194806');
      const repository = read('deequ/metrics-repository.json');
      expect(summary(repository)['entries']).toBe('3');
      expect(repository.subjects.map((id) => repository.nodes[id]?.names[0])).toEqual([
        'data/raw/wdbc.csv',
        'data/clean/wdbc.csv',
        'data/poisoned/train.csv',
      ]);
      expect(Object.keys(results(read('deequ/profile-raw.json')))).toHaveLength(12);
    });

    test.each(['raw', 'newbatch'])('YData Profiling on %s', (name) => {
      const { expected, version } = sampleOf(`ydata-profiling/${name}.json`);
      const facts = read(`ydata-profiling/${name}.json`);
      expect(summary(facts)).toMatchObject({
        n: String(expected['n']),
        n_var: String(expected['n_var']),
        n_cells_missing: String(expected['n_cells_missing']),
        alerts: String(expected['alerts']),
      });
      expect(outcomes(facts)['warn']).toBe(expected['alerts']);
      expect(reportNode(facts).attributes?.['toolVersion']).toBe(version);
    });

    test('whylogs: profiles in three forms, drift, constraints', () => {
      for (const name of ['raw', 'train', 'newbatch', 'poisoned-train']) {
        const columns = sampleOf(`whylogs/${name}.summary.json`).expected['columns'];
        for (const form of ['bin', 'summary.json', 'summary.csv']) {
          const facts = read(`whylogs/${name}.${form}`);
          expect(summary(facts)['columns']).toBe(String(columns));
          expect(reportNode(facts).attributes?.['toolVersion']).toBe(
            form === 'bin' ? '1.6.4' : undefined,
          );
        }
      }
      const csv = results(read('whylogs/train.summary.csv'));
      expect(csv).toEqual(results(read('whylogs/train.summary.json')));
      const drift = read('whylogs/drift-newbatch-vs-train.json');
      const { expected } = sampleOf('whylogs/drift-newbatch-vs-train.json');
      const categories = expected['categories'] as Readonly<Record<string, string>>;
      const outcome = { DRIFT: 'fail', POSSIBLE_DRIFT: 'warn', NO_DRIFT: 'pass' } as const;
      for (const [column, category] of Object.entries(categories)) {
        const text = results(drift)[column] ?? '';
        expect(text.split(' ')[0]).toBe(outcome[category as keyof typeof outcome]);
      }
      expect(outcomes(read('whylogs/constraints-raw.json'))).toMatchObject({ pass: 1, fail: 2 });
    });

    test('Evidently: drift with tests, without tests, a summary, a snapshot that names its data', () => {
      const drift = read('evidently/drift-newbatch-vs-train.json');
      const { expected } = sampleOf('evidently/drift-newbatch-vs-train.json');
      expect(summary(drift)).toMatchObject({ tests: '12', testsFailed: '2' });
      const written = Object.entries(results(drift));
      const failed = written.filter(([, text]) => text.startsWith('fail')).map(([name]) => name);
      expect(failed).toEqual(
        (expected['failed_columns'] as string[]).map(
          (column) => `test Value Drift for column ${column}`,
        ),
      );
      const count = 'DriftedColumnsCount(drift_share=0.5)';
      expect(results(drift)).toMatchObject({
        [`${count} count`]: 'info 2.0',
        [`${count} share`]: 'info 0.18181818181818182',
      });
      const none = read('evidently/drift-test-vs-train.json');
      expect(results(none)[`${count} count`]).toBe('info 0.0');
      expect(summary(read('evidently/summary-raw.json'))['metrics']).toBe('96');
      const snapshot = read('evidently/workspace-snapshot.json');
      expect(outcomes(snapshot)).toMatchObject({ fail: 2, pass: 10 });
      const names = snapshot.subjects.map((id) => snapshot.nodes[id]?.names[0]);
      expect(names).toEqual(['reference', 'current']);
    });
  });

  describe('code and packages', () => {
    test('Bandit, as JSON and as SARIF', () => {
      const facts = read('bandit/bandit.json');
      expect(summary(facts)).toMatchObject({ issues: '11', high: '3', medium: '3', low: '5' });
      expect(reportNode(facts).attributes).toMatchObject({
        toolVersion: '1.9.4',
        time: '2026-11-21T21:34:48Z',
        stage: '6',
        outcome: 'fail',
      });
      const sarif = read('bandit/bandit.sarif');
      expect([tool(sarif), summary(sarif)['results']]).toEqual(['bandit', '11']);
    });

    test('NB Defense: kinds of secrets, never a secret', () => {
      const facts = read('nbdefense/nbdefense.json');
      expect(summary(facts)).toEqual({ notebooks: '1', issues: '5' });
      const text = JSON.stringify(facts);
      for (const secret of ['AK..LE', 'wJ..EY', 'hp_0123456789'])
        expect(text).not.toContain(secret);
    });

    test.each(['json', 'xml', 'sarif'])('Dependency-Check as %s', (form) => {
      const { digests, expected } = sampleOf(`dependency-check/dependency-check-report.${form}`);
      const facts = read(`dependency-check/dependency-check-report.${form}`);
      for (const digest of Object.values(digests)) expect(described(facts)).toContain(digest);
      expect(statuses(facts)).toEqual([
        'CVE-2021-44228 hasStatus pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
        `CVE-2021-44228 hasStatus ${digests['log4j-core-2.14.1.jar']}`,
      ]);
      const [status] = facts.edges.filter(({ relation }) => relation === 'hasStatus');
      expect(status?.qualifiers['status']).toBe('found');
      expect(reportNode(facts).attributes?.['toolVersion']).toBe('12.1.8');
      if (form === 'sarif') return;
      expect(summary(facts)).toEqual({
        dependencies: String(expected['dependencies']),
        vulnerable: '1',
      });
      const failed = Object.entries(results(facts)).filter(([, text]) => text.startsWith('fail'));
      expect(failed.map(([name]) => name)).toEqual(expected['vulnerable']);
    });

    test('Grype and Dependency-Track findings are found, not judged', () => {
      const grype = read('grype/many-vulns-epss.upstream.json');
      expect(summary(grype)['matches']).toBe('15');
      expect(statuses(grype).every((edge) => edge.endsWith('pkg:generic/busybox@1.32.1'))).toBe(
        true,
      );
      const judged = new Set(
        grype.edges
          .filter(({ relation }) => relation === 'hasStatus')
          .map(({ qualifiers }) => qualifiers['status']),
      );
      expect([...judged]).toEqual(['found']);
      expect(outcomes(read('grype/no-vuln.upstream.json'))).toMatchObject({ pass: 1, fail: 0 });
      const track = read('dependency-track/fpf-4.10.upstream.json');
      expect(statuses(track)).toEqual(['CVE-2023-45803 hasStatus pkg:pypi/urllib3@1.26.16']);
      expect(refEdges(track, 'alternateOf')).toEqual([
        'name:vulnerability/CVE-2023-45803 alternateOf name:vulnerability/GHSA-g4mx-q9vg-27p4',
      ]);
    });

    test('Scorecard of the story: scores as written, -1 is no result', () => {
      const { expected } = sampleOf('scorecard/local.json');
      const checks = expected['checks'] as Readonly<Record<string, number>>;
      for (const form of ['local.json', 'local.intoto.json']) {
        const facts = read(`scorecard/${form}`);
        const outcome = (score: number): string =>
          score < 0 ? 'info' : score === 0 ? 'fail' : 'pass';
        expect(results(facts)).toEqual(
          Object.fromEntries(
            Object.entries(checks).map(([name, score]) => [name, `${outcome(score)} ${score}`]),
          ),
        );
        expect(summary(facts)).toMatchObject({ score: '2.7', commit: 'unknown' });
        expect(facts.nodes.filter(({ ref }) => ref.startsWith('git:'))).toEqual([]);
      }
      expect(summary(read('scorecard/local.probe.json'))['findings']).toBe('17');
    });
  });

  describe('models', () => {
    test.each(['triage-v2', 'untrusted', 'triage-v2-dir', 'all-models'])('ModelScan %s', (name) => {
      const { expected, version } = sampleOf(`modelscan/${name}.json`);
      const facts = read(`modelscan/${name}.json`);
      const bySeverity = expected['by_severity'] as Readonly<Record<string, number>>;
      expect(summary(facts)).toMatchObject({
        issues: String(expected['total_issues']),
        scanned: String(expected['scanned']),
        ...Object.fromEntries(
          Object.entries(bySeverity).map(([one, count]) => [one, String(count)]),
        ),
      });
      expect(reportNode(facts).attributes).toMatchObject({
        toolVersion: version,
        outcome: expected['total_issues'] === 0 ? 'pass' : 'fail',
      });
      expect(facts.subjects).toHaveLength(Number(expected['scanned']));
    });

    test('Giskard: 14 issues of the poisoned model against 6', () => {
      for (const name of ['triage-v2', 'triage-poisoned']) {
        const { issues } = sampleOf(`giskard/scan-${name}.json`).expected;
        const suite = sampleOf(`giskard/suite-${name}.json`).expected;
        expect(summary(read(`giskard/scan-${name}.json`))['issues']).toBe(String(issues));
        expect(summary(read(`giskard/scan-${name}.dataframe.json`))['issues']).toBe(String(issues));
        expect(summary(read(`giskard/suite-${name}.json`))).toEqual({
          tests: String(suite['tests']),
          failed: String(suite['failed']),
        });
      }
    });

    test('ART and Foolbox are evaluations of models on data, by digest', () => {
      const art = read('art/art-results.json');
      expect(reportNode(art).kinds).toEqual(['Evaluation']);
      const { expected, digests } = sampleOf('art/art-results.json');
      const fgsm = expected['fgsm_eps_0.5'] as Readonly<Record<string, readonly number[]>>;
      const claims = art.claims as readonly EvaluationClaim[];
      for (const [path, [clean, robust]] of Object.entries(fgsm)) {
        const on = claims.filter(({ model }) => art.nodes[model]?.ref === digests[path]);
        const value = (metric: string): string | undefined =>
          on.find((one) => one.metric === `${metric} FastGradientMethod eps=0.5`)?.value;
        expect([value('clean_accuracy'), value('robust_accuracy')]).toEqual([
          String(clean),
          String(robust),
        ]);
        expect(
          on.every(({ dataset }) => art.nodes[dataset]?.ref === digests['data/split/test.csv']),
        ).toBe(true);
        expect(on[0]?.sampleSize).toBe('108');
      }
      const roni = 'data/poisoned/train.csv flagged RONIDefense';
      expect(results(art)[roni]).toBe('info 2');
      const foolbox = read('foolbox/foolbox-results.json');
      const robust = sampleOf('foolbox/foolbox-results.json').expected['fgsm_eps_0.5'];
      for (const [path, value] of Object.entries(robust as Readonly<Record<string, number>>)) {
        const metric = (foolbox.claims as readonly EvaluationClaim[]).find(
          (one) =>
            foolbox.nodes[one.model]?.ref === digests[path] &&
            one.metric.startsWith('robust_accuracy LinfFastGradientAttack') &&
            one.metric.endsWith('eps=0.5'),
        );
        expect(Number(metric?.value).toFixed(4)).toBe(value.toFixed(4));
      }
    });

    test('TextAttack, summary and table', () => {
      const { expected } = sampleOf('textattack/summary.json');
      const facts = read('textattack/summary.json');
      for (const [name, value] of Object.entries(expected)) {
        expect(Number(summary(facts)[name.replace(/:$/, '')])).toBe(value);
      }
      expect(outcomes(facts)['fail']).toBe(1);
      expect(results(read('textattack/attack.csv'))).toMatchObject({
        attacks: 'info ×6',
        'Number of successful attacks': 'fail ×3',
        'Number of failed attacks': 'info ×3',
      });
    });

    test.each(['repeat', 'blank'])('Garak %s: one report, not one document a line', (name) => {
      const { expected } = sampleOf(`garak/garak-${name}.report.jsonl`);
      const facts = read(`garak/garak-${name}.report.jsonl`);
      const evals = expected['evals'] as readonly Readonly<Record<string, string | number>>[];
      const found = results(facts);
      expect(Object.keys(found)).toHaveLength(evals.length);
      for (const one of evals) {
        const outcome = one['fails'] === 0 ? 'pass' : 'fail';
        expect(found[`${one['probe']} ${one['detector']}`]).toBe(
          `${outcome} ${one['passed']} ×${one['total_evaluated']}`,
        );
      }
      const hits = read(`garak/garak-${name}.hitlog.jsonl`);
      const count = sampleOf(`garak/garak-${name}.hitlog.jsonl`).expected['hits'];
      expect(summary(hits)['hits']).toBe(String(count));
      expect(summary(hits)['run']).toBe(summary(facts)['run']);
      const target = name === 'repeat' ? 'tumour-triage-assistant' : undefined;
      if (target === undefined) return;
      expect(facts.nodes[facts.subjects[0] ?? -1]?.names).toEqual([target]);
    });

    test('LLM Guard: which prompts passed, and no prompt in the facts', () => {
      const facts = read('llm-guard/scan-prompts.jsonl');
      expect(results(facts)).toEqual({
        p1: 'pass -1.0',
        'p2 BanSubstrings': 'fail 1.0',
        'p3 Regex': 'fail 1.0',
        p4: 'pass -1.0',
      });
      expect(JSON.stringify(facts)).not.toMatch(/jane@|previous instructions/);
    });

    test('the accountant of TF Privacy', () => {
      const facts = read('tf-privacy/dp-accounting.json');
      expect(results(facts)).toEqual({ epsilon: 'info 5.622952111687931', delta: 'info 0.001' });
      expect(summary(facts)['number_of_examples']).toBe('442');
      expect(reportNode(facts).attributes?.['toolVersion']).toBe('0.6.0');
    });
  });

  describe('plans, runs and builds', () => {
    test('Threat Dragon, an open threat model, an ATLAS layer', () => {
      const dragon = read('threat-dragon/tumour-triage.handmade.json');
      expect(summary(dragon)).toMatchObject({ threats: '3', open: '1', mitigated: '2' });
      expect(outcomes(dragon)).toMatchObject({ warn: 1, pass: 2 });
      const upstream = read('threat-dragon/v2-threat-model.upstream.json');
      expect(summary(upstream)).toMatchObject({ threats: '14', open: '10', mitigated: '4' });
      const otm = read('threat-dragon/open-threat-model.upstream.json');
      expect(summary(otm)).toMatchObject({ threats: '1', mitigations: '2', components: '4' });
      const layer = read('atlas/navigator-layer.handmade.json');
      expect(summary(layer)['techniques']).toBe('4');
      expect(results(layer)['AML.T0020']).toBe('info 3');
    });

    test('AFL++: one crash fails', () => {
      const facts = read('afl/fuzzer_stats');
      expect(results(facts)).toEqual({ saved_crashes: 'fail ×1', saved_hangs: 'pass ×0' });
      expect(summary(facts)).toMatchObject({ execs_done: '58389', cycles_done: '1' });
      expect(reportNode(facts).attributes?.['toolVersion']).toBe('++4.04c');
    });

    test.each(['json', 'yaml'])('MLRun as %s', (form) => {
      const { expected, digests } = sampleOf(`mlrun/run.${form}`);
      const facts = read(`mlrun/run.${form}`);
      expect(results(facts)).toMatchObject({
        'state completed': 'pass',
        accuracy: `info ${String(expected['accuracy'])}`,
      });
      expect(summary(facts)['run']).toBe(expected['uid']);
      expect(described(facts)).toContain(digests['data/split/train.csv']);
    });

    test('Jenkins: the commit, and the file by its MD5 name', () => {
      const { expected } = sampleOf('jenkins/build.handmade.json');
      const facts = read('jenkins/build.handmade.json');
      expect(results(facts)).toEqual({ 'build 7': 'pass' });
      expect(summary(facts)).toMatchObject({
        result: expected['result'],
        commit: expected['git'],
        'parameter.STAGE': 'retrain_v2',
      });
      expect(described(facts)).toContain(
        `git:example.org/tumour-triage@${String(expected['git'])}`,
      );
      expect(refEdges(facts, 'namedAs')).toEqual([
        `#File/dist/triage-v2.tar namedAs md5:${String(expected['fingerprint_md5'])}`,
      ]);
    });
  });
});
