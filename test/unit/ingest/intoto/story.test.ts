// SPDX-License-Identifier: Apache-2.0
import { constants, createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Facts } from '../../../../graph/domain/facts.ts';
import type { SignedEnvelope } from '../../../../schemas/envelope.ts';
import { describeShared, hasShared, readShared } from '../../../support/shared.ts';
import { edgeLines, factsOf, flatten, readDocuments } from './read-document.ts';

const sample = (...path: string[]): Uint8Array => readShared('samples', ...path);
const text = (...path: string[]): string => Buffer.from(sample(...path)).toString();

/** Path to `sha256:…`, from the tables of story.md. */
function digestsOfStory(): ReadonlyMap<string, string> {
  const rows = text('story.md').matchAll(
    /^\| ([\w./-]+)(?: \([^|]*\))? \| (sha256:[0-9a-f]{64}) \|/gm,
  );
  return new Map([...rows].map((row) => [row[1] ?? '', row[2] ?? '']));
}

const DIGESTS = hasShared() ? digestsOfStory() : new Map<string, string>();
const digest = (path: string): string => DIGESTS.get(path) ?? `no ${path} in the story`;

function envelopeOf(bytes: Uint8Array): SignedEnvelope {
  const envelope = readDocuments(bytes)[0]?.reading?.envelope;
  if (envelope === undefined) throw new Error('no envelope');
  return envelope;
}

function onlyFacts(bytes: Uint8Array): Facts {
  const [facts, ...others] = factsOf(bytes);
  if (facts === undefined || others.length > 0) throw new Error('expected one document with facts');
  return facts;
}

/** `output < input` for each pair that a document's runs connect. */
function derivations(facts: Facts): readonly string[] {
  const ref = (id: number): string => facts.nodes[id]?.ref ?? '?';
  const used = facts.edges.filter(({ relation }) => relation === 'used');
  return facts.edges
    .filter(({ relation }) => relation === 'wasGeneratedBy')
    .flatMap(({ from, to }) =>
      used.filter((edge) => edge.from === to).map((edge) => `${ref(from)} < ${ref(edge.to)}`),
    );
}

const MODEL_FILES = ['model.onnx', 'model.pkl', 'model.safetensors', 'train.json'];
const modelFiles = (model: string): readonly string[] =>
  MODEL_FILES.map((file) => `models/${model}/${file}`);

/** The edges of story.md: step, products, materials. Beside these the links name only `.gitignore` and src/bundle.py. */
const STEPS: readonly (readonly [
  step: string,
  products: readonly string[],
  materials: readonly string[],
])[] = [
  [
    'clean',
    ['data/clean/wdbc.csv'],
    ['data/raw/wdbc.csv', 'src/clean.py', 'configs/sampling.yaml'],
  ],
  [
    'clean_newbatch',
    ['data/clean/newbatch.csv'],
    ['data/raw/newbatch.csv', 'src/clean.py', 'configs/sampling.yaml'],
  ],
  [
    'split',
    ['data/split/train.csv', 'data/split/test.csv'],
    ['data/clean/wdbc.csv', 'configs/sampling.yaml', 'src/split.py'],
  ],
  [
    'train_v1',
    modelFiles('triage-v1'),
    ['data/split/train.csv', 'configs/train.yaml', 'src/train.py'],
  ],
  [
    'retrain_v2',
    modelFiles('triage-v2'),
    [
      'data/split/train.csv',
      'data/clean/newbatch.csv',
      'models/triage-v1/model.pkl',
      'configs/train.yaml',
      'src/train.py',
    ],
  ],
  [
    'poison',
    ['data/poisoned/train.csv'],
    ['data/split/train.csv', 'configs/sampling.yaml', 'src/poison.py'],
  ],
  [
    'train_poisoned',
    modelFiles('triage-poisoned'),
    ['data/poisoned/train.csv', 'configs/train.yaml', 'src/train.py'],
  ],
  ['bundle', ['dist/triage-v2.tar'], modelFiles('triage-v2')],
  [
    'evaluate_v1',
    ['reports/eval_v1.json'],
    [...modelFiles('triage-v1'), 'data/split/test.csv', 'src/evaluate.py'],
  ],
  [
    'evaluate_v2',
    ['reports/eval_v2.json'],
    [...modelFiles('triage-v2'), 'data/split/test.csv', 'src/evaluate.py'],
  ],
  [
    'evaluate_poisoned',
    ['reports/eval_poisoned.json'],
    [...modelFiles('triage-poisoned'), 'data/split/test.csv', 'src/evaluate.py'],
  ],
];
const linkOf = (step: string): Uint8Array => sample('in-toto', `${step}.a011e4e9.link`);
const known = (line: string): boolean =>
  line.split(' < ').every((ref) => [...DIGESTS.values()].includes(ref));

describeShared('the links of the story', () => {
  test('the tables of the story name its files', () => {
    expect(DIGESTS.size).toBe(34);
  });

  test.each(STEPS)('%s states exactly the edges of story.md', (step, products, materials) => {
    const facts = onlyFacts(linkOf(step));
    const expected = products.flatMap((product) =>
      materials.map((material) => `${digest(product)} < ${digest(material)}`),
    );
    expect(derivations(facts).filter(known).sort()).toEqual(expected.sort());
    expect(facts.statementKind).toBe('link');
    const run = facts.nodes.find(({ kinds }) => kinds.includes('Run'));
    expect(run?.names).toEqual([step]);
    expect(run?.attributes?.['step']).toBe(step);
    expect(run?.ref).toMatch(/^local:sha256:[0-9a-f]{64}#run$/);
  });

  test('what is beside the tables of the story is the ignore file and the bundling script', () => {
    const others = STEPS.flatMap(([step]) => {
      const { nodes } = onlyFacts(linkOf(step));
      return nodes.filter(
        ({ ref }) => ref.startsWith('sha256:') && ![...DIGESTS.values()].includes(ref),
      );
    });
    const names = new Set(
      others.flatMap((node) => node.names.map((name) => name.split('/').at(-1))),
    );
    expect([...names].sort()).toEqual(['.gitignore', 'bundle.py']);
  });

  test('kinds follow the file names', () => {
    const { nodes } = onlyFacts(linkOf('retrain_v2'));
    const kindOf = (path: string): readonly string[] | undefined =>
      nodes.find(({ ref }) => ref === digest(path))?.kinds;
    expect(kindOf('models/triage-v2/model.onnx')).toEqual(['Model']);
    expect(kindOf('data/split/train.csv')).toEqual(['Dataset']);
    expect(kindOf('configs/train.yaml')).toEqual(['Config']);
    expect(kindOf('src/train.py')).toEqual(['Code']);
    expect(kindOf('models/triage-v2/train.json')).toEqual(['File']);
  });

  /** Walks downstream over the links, the ignore files of DVC left out as policy does. */
  function downstream(start: string): ReadonlySet<string> {
    const pairs = STEPS.flatMap(([step]) => derivations(onlyFacts(linkOf(step))).filter(known));
    const edges = pairs.map((pair) => pair.split(' < '));
    const reached = new Set([start]);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const [product = '', material = ''] of edges)
        if (reached.has(material)) reached.add(product);
    }
    const paths = new Map([...DIGESTS].map(([path, ref]) => [ref, path]));
    return new Set([...reached].map((ref) => paths.get(ref) ?? ref));
  }

  test('blast radius of the raw data: everything', () => {
    const reached = downstream(digest('data/raw/wdbc.csv'));
    for (const path of [
      'data/clean/wdbc.csv',
      'data/split/train.csv',
      'data/split/test.csv',
      'data/poisoned/train.csv',
      'dist/triage-v2.tar',
    ]) {
      expect(reached).toContain(path);
    }
    for (const model of ['triage-v1', 'triage-v2', 'triage-poisoned']) {
      for (const file of modelFiles(model)) expect(reached).toContain(file);
    }
    expect(reached).not.toContain('data/clean/newbatch.csv');
  });

  test('blast radius of the new batch: version 2 and its bundle, not version 1', () => {
    expect([...downstream(digest('data/raw/newbatch.csv'))].sort()).toEqual([
      'data/clean/newbatch.csv',
      'data/raw/newbatch.csv',
      'dist/triage-v2.tar',
      ...modelFiles('triage-v2'),
      'reports/eval_v2.json',
    ]);
  });

  test('blast radius of the poisoned data: the poisoned model and its report only', () => {
    expect([...downstream(digest('data/poisoned/train.csv'))].sort()).toEqual([
      'data/poisoned/train.csv',
      ...modelFiles('triage-poisoned'),
      'reports/eval_poisoned.json',
    ]);
  });

  test('the same ignore file stands in three model folders: only the boilerplate list keeps them apart', () => {
    const ignore = STEPS.flatMap(([step]) => onlyFacts(linkOf(step)).nodes).filter((node) =>
      node.names.some((name) => name.endsWith('/.gitignore')),
    );
    expect(new Set(ignore.map(({ ref }) => ref)).size).toBe(1);
    expect(new Set(ignore.flatMap(({ names }) => names)).size).toBe(3);
  });

  test('the swapped link says that step train_v1 made the poisoned model', () => {
    const facts = onlyFacts(sample('in-toto', 'poisoned-swap', 'train_v1.a011e4e9.link'));
    expect(derivations(facts)).not.toEqual(derivations(onlyFacts(linkOf('train_v1'))));
  });
});

describeShared('the second run after the sampling attack', () => {
  const variant = (file: string): Uint8Array => sample('variant-sampling', file);

  test('has its own digests at the same paths, so nothing joins by path', () => {
    const first = onlyFacts(linkOf('split'));
    const second = onlyFacts(variant('split.a011e4e9.link'));
    const refOf = (facts: Facts, path: string): readonly string[] =>
      facts.nodes.filter(({ names }) => names.includes(path)).map(({ ref }) => ref);
    for (const path of ['data/split/train.csv', 'data/split/test.csv', 'configs/sampling.yaml']) {
      expect(refOf(second, path)).toHaveLength(1);
      expect(refOf(second, path)).not.toEqual(refOf(first, path));
    }
    expect(refOf(second, 'data/clean/wdbc.csv')).toEqual(refOf(first, 'data/clean/wdbc.csv'));
    const shared = first.nodes.filter(({ ref }) => second.nodes.some((node) => node.ref === ref));
    expect(shared.flatMap(({ names }) => names).sort()).toEqual([
      'data/clean/wdbc.csv',
      'src/split.py',
    ]);
  });
});

describeShared('signed bytes are what the signers signed', () => {
  const functionary = (): Buffer => Buffer.from(sample('keys', 'functionary.pub.pem'));
  const owner = (): Buffer => Buffer.from(sample('keys', 'owner.pub.pem'));

  function holds(envelope: SignedEnvelope, pem: Buffer): boolean {
    const [first] = envelope.signatures;
    return (
      first !== undefined &&
      verify(null, envelope.signedBytes, createPublicKey(pem), first.signature)
    );
  }

  test.each(STEPS)('%s', (step) => {
    expect(holds(envelopeOf(linkOf(step)), functionary())).toBe(true);
    expect(holds(envelopeOf(linkOf(step)), owner())).toBe(false);
  });

  test.each(['triage-v1', 'triage-v2', 'triage-poisoned'])('provenance of %s', (model) => {
    expect(holds(envelopeOf(sample('slsa', `${model}.dsse.json`)), functionary())).toBe(true);
  });

  test.each(['root.layout', 'root.dsse.layout'])('%s', (layout) => {
    expect(holds(envelopeOf(sample('in-toto', layout)), owner())).toBe(true);
    expect(holds(envelopeOf(sample('in-toto', layout)), functionary())).toBe(false);
  });

  test('a swapped product is validly signed, a tampered link is not', () => {
    const swap = sample('in-toto', 'poisoned-swap', 'train_v1.a011e4e9.link');
    const tampered = sample('in-toto', 'tampered', 'train_v1.a011e4e9.link');
    expect(holds(envelopeOf(swap), functionary())).toBe(true);
    expect(holds(envelopeOf(tampered), functionary())).toBe(false);
  });

  test('links and a layout signed by another implementation, RSASSA-PSS over OLPC canonical JSON', () => {
    const golang = (file: string): Uint8Array =>
      readShared('corpus', 'in-toto', 'in-toto+in-toto-golang', 'test', 'data', file);
    interface Signed {
      readonly signed: {
        readonly keys: Readonly<Record<string, { readonly keyval: { readonly public: string } }>>;
      };
    }
    const keysOf = (file: string): Signed['signed']['keys'] =>
      (JSON.parse(Buffer.from(golang(file)).toString()) as Signed).signed.keys;
    const keys = { ...keysOf('sub_layout.70ca5750.link'), ...keysOf('super.layout') };
    for (const file of [
      'foo.d3ffd108.link',
      'write-code.b7d643de.link',
      'sub_layout.70ca5750.link',
    ]) {
      const envelope = envelopeOf(golang(file));
      const [first] = envelope.signatures;
      const key = createPublicKey(keys[first?.keyId ?? '']?.keyval.public ?? '');
      const options = {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_AUTO,
      };
      const signature = first?.signature ?? new Uint8Array();
      expect(verify('sha256', envelope.signedBytes, options, signature), file).toBe(true);
      expect(verify('sha256', envelope.payload.subarray(1), options, signature), file).toBe(false);
    }
  });
});

describeShared('provenance of the story', () => {
  test('version 2: subjects, inputs, run, builder', () => {
    const facts = onlyFacts(sample('slsa', 'triage-v2.dsse.json'));
    const run =
      'run:https://example.org/builders/story-dvc#mlflow:49f85d65496c4967a0b5ca855144d817';
    const made = ['model.onnx', 'model.pkl', 'model.safetensors'].map(
      (file) => `${digest(`models/triage-v2/${file}`)} wasGeneratedBy ${run}`,
    );
    const inputs = [
      'data/split/train.csv',
      'data/clean/newbatch.csv',
      'models/triage-v1/model.pkl',
      'configs/train.yaml',
      'src/train.py',
    ];
    const used = inputs.map((path) => `${run} used ${digest(path)} role=material`);
    expect(edgeLines(facts, ['role', 'version'])).toEqual(
      [
        ...made,
        ...used,
        `${run} used git:example.org/tumour-triage@9cf2f782cdd83b6ce674e4ae3665c05f3451b829 role=material`,
        `${run} wasAssociatedWith builder:https://example.org/builders/story-dvc`,
      ].sort(),
    );
    const node = facts.nodes.find(({ ref }) => ref === run);
    expect(node?.attributes).toEqual({
      builder: 'https://example.org/builders/story-dvc',
      buildType: 'https://example.org/buildtypes/dvc-stage/v1',
      invocationId: 'mlflow:49f85d65496c4967a0b5ca855144d817',
      startedOn: '2026-11-21T21:33:51.162Z',
      finishedOn: '2026-11-21T21:34:00.408Z',
    });
    expect(facts.claims).toEqual([]);
    expect(facts.problems).toEqual([]);
  });

  test.each(['triage-v1', 'triage-v2', 'triage-poisoned'])(
    '%s: bare statement and envelope state the same',
    (model) => {
      const bare = onlyFacts(sample('slsa', `${model}.statement.json`));
      const signed = onlyFacts(sample('slsa', `${model}.dsse.json`));
      expect(edgeLines(bare)).toEqual(edgeLines(signed));
    },
  );

  test('what cosign attested joins the same run', () => {
    const cosign = onlyFacts(sample('cosign', 'triage-v2.onnx.slsa-provenance.sigstore.json'));
    const dsse = onlyFacts(sample('slsa', 'triage-v2.dsse.json'));
    for (const line of edgeLines(cosign)) expect(edgeLines(dsse)).toContain(line);
  });
});

describeShared('the other envelopes of the story', () => {
  test('cosign sign-blob: the message digest is the model file', () => {
    const facts = onlyFacts(sample('cosign', 'triage-v2.onnx.sigstore.json'));
    expect(facts.statementKind).toBe('signature');
    expect(edgeLines(facts).map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      `attests ${digest('models/triage-v2/model.onnx')}`,
    ]);
  });

  test('cosign attest --type cyclonedx: the BOM is an inner document about the bundle', () => {
    const documents = flatten(
      readDocuments(sample('cosign', 'triage-v2.tar.cyclonedx.sigstore.json')),
    );
    const statement = documents.find(({ detected }) => detected?.format === 'in-toto-statement');
    expect(statement?.reading?.facts.statementKind).toBe('sbom');
    const [bom] = statement?.reading?.inner ?? [];
    expect(bom?.name).toBe('predicate');
    expect(bom?.subject).toBe(digest('dist/triage-v2.tar'));
    expect(JSON.parse(Buffer.from(bom?.bytes ?? []).toString())).toHaveProperty(
      'bomFormat',
      'CycloneDX',
    );
  });

  test.each([
    [
      'triage-v1.key.sig',
      'b302e3d370aa6e0aa33178aebe514264395bc1e955f0adf27bbb7b77f954ce45',
      'Model',
      modelFiles('triage-v1'),
    ],
    [
      'triage-v2.key.sig',
      '16526edb44d4895c57883df09768f25c740c273ef561e2d3395d03d7a9469f83',
      'Model',
      modelFiles('triage-v2'),
    ],
    [
      'triage-v2.cert.sig',
      '16526edb44d4895c57883df09768f25c740c273ef561e2d3395d03d7a9469f83',
      'Model',
      modelFiles('triage-v2'),
    ],
    [
      'triage-v2-onnx-single-file.key.sig',
      '0949043d90d62d77083e49ffa7b501febf80bf60b45ba62a32ed2b43b73ccce7',
      'Model',
      ['models/triage-v2/model.onnx'],
    ],
    [
      'dataset-split.key.sig',
      'fee03226a022e7bb016ec33a1cb66bffe111459d0900dd3a23c556ee68b93065',
      'Dataset',
      ['data/split/test.csv', 'data/split/train.csv'],
    ],
  ] as const)('model signature %s', (file, root, kind, paths) => {
    const facts = onlyFacts(sample('model-signing', file));
    const contains = edgeLines(facts).filter((line) => line.includes(' contains '));
    expect(contains).toEqual(paths.map((path) => `oms:${root} contains ${digest(path)}`).sort());
    const node = facts.nodes.find(({ ref }) => ref === `oms:${root}`);
    expect(node?.kinds).toEqual([kind]);
    expect(facts.problems).toEqual([]);
    expect(facts.nodes.map(({ ref }) => ref)).not.toContain(`sha256:${root}`);
  });

  test('witness: the file it made, the snapshot it saw, nothing of .git, no digest of a string', () => {
    const facts = onlyFacts(sample('witness', 'bundle.witness.json'));
    const made = facts.edges.filter(({ relation }) => relation === 'wasGeneratedBy');
    expect(made.map(({ from }) => facts.nodes[from]?.ref)).toEqual([digest('dist/triage-v2.tar')]);
    const used = facts.edges.filter(({ relation }) => relation === 'used');
    expect(used.every((edge) => edge.qualifiers['scope'] === 'work-tree-snapshot')).toBe(true);
    expect(used.every((edge) => edge.strength === 'explicit')).toBe(true);
    const refs = facts.nodes.map(({ ref }) => ref);
    for (const path of modelFiles('triage-v2')) expect(refs).toContain(digest(path));
    // digests of an e-mail, a parent commit's text and a branch name
    for (const hex of ['5ec225fb', '92fa51e4', '0d6e4079']) {
      expect(refs.filter((ref) => ref.startsWith(`sha256:${hex}`))).toEqual([]);
    }
    expect(
      facts.nodes.flatMap(({ names }) => names).filter((name) => name.startsWith('.git/')),
    ).toEqual([]);
    const commit = facts.nodes.find(({ attributes }) => attributes?.['gitCommit'] !== undefined);
    expect(commit?.attributes?.['gitCommit']).toBe('04d50938e68cd10682329320f33bdc00b776bcfc');
    expect(commit?.ref).toMatch(/^local:/); // its remote is a folder: no repository that another machine could mean
    expect(facts.subjects.map((id) => facts.nodes[id]?.ref)).toEqual([
      digest('dist/triage-v2.tar'),
    ]);
  });

  test('layouts state no lineage', () => {
    for (const layout of ['root.layout', 'root.dsse.layout']) {
      expect(factsOf(sample('in-toto', layout))).toEqual([]);
      const formats = flatten(readDocuments(sample('in-toto', layout))).map(
        ({ detected }) => detected?.format,
      );
      expect(formats[1]).toBe('in-toto-layout');
    }
  });
});
