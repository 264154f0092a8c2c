// SPDX-License-Identifier: Apache-2.0
import type { DeploymentStatement } from '../../schemas/statements/deployment.ts';

/** One score of the story: which model on which dataset. */
export interface StoryEvaluation {
  readonly model: { readonly path: string; readonly ref: string };
  readonly dataset: { readonly path: string; readonly ref: string };
  readonly accuracy: number;
  readonly recall: number;
}

const file = (path: string, hex: string): { path: string; ref: string } => ({
  path,
  ref: `sha256:${hex}`,
});

const TEST_SET = file(
  'data/split/test.csv',
  '0346c6123f11b3a4e0d25e53f43796b6c26e78446e14ccdac9b58681f4d6e9b6',
);
const V1_PICKLE = file(
  'models/triage-v1/model.pkl',
  'c3a136d634caba9d5d4500a46904ab90ead520aceb898071b2f0a86bef6e1427',
);
const V1_ONNX = file(
  'models/triage-v1/model.onnx',
  '058c95f1ea64b61da6bdf0a55977ebebe0ab0455e791fff033486d2ca594edb2',
);
const V2_PICKLE = file(
  'models/triage-v2/model.pkl',
  'ef1c463369ebd85e4a95047d91302fbb02cd812419af8924b5dcb1cd437ff0a3',
);
const V2_ONNX = file(
  'models/triage-v2/model.onnx',
  'a9806da0bc26639b16f23d336226d091ba42780a16e902df405998ca6e35c254',
);
const EVALUATOR = '52bcd1de634b6afa48d4e958891b1fc0ca3f9e2cca1d9a9a230600c5cb0db938';

const SERVICE = {
  service: 'tumour-triage',
  environment: 'triage-prod',
  family: 'tumour-triage',
  owner: 'triage-oncall@example.org',
};

const deployment = (
  artefact: { path: string; ref: string },
  rest: Pick<DeploymentStatement, 'since' | 'until' | 'version'>,
): DeploymentStatement => ({
  artefact: { name: artefact.path, digest: { sha256: artefact.ref.slice('sha256:'.length) } },
  ...SERVICE,
  ...rest,
});

/** What the demo says about the story beyond its documents; every digest is of a file of the story (samples/README.md). */
export const STORY = {
  withdrawn: file(
    'data/raw/newbatch.csv',
    'b73e24bc802165c25f1dafa9d41903a897b2ee8fa95de7f8fe68163fad5a230d',
  ),
  poisoned: file(
    'data/poisoned/train.csv',
    'a3616402f544b4cea37c73d3a1c9e73a028d66d7986a52d439d88b59519f3755',
  ),
  deployed: V2_ONNX,
  testSet: TEST_SET,
  v1: V1_PICKLE,
  v2: V2_PICKLE,
  /** The program that scores, `src/evaluate.py`. */
  harness: `sha256:${EVALUATOR}`,
  /** A .gitignore that every training run writes and every evaluation reads. */
  boilerplate: 'sha256:4d97dd68aa6deb8aa246d00687c2df628a7e2cd708af4326df264e716e18bfed',
  /** From Argo CD's history: revision 9cf2f782 since 21:30, 04d50938 since 21:45. */
  deployments: {
    v1: deployment(V1_ONNX, {
      since: '2026-11-21T21:30:00Z',
      until: '2026-11-21T21:45:00Z',
      version: '1',
    }),
    v2: deployment(V2_ONNX, { since: '2026-11-21T21:45:00Z', version: '2' }),
  },
  evaluations: {
    v1: {
      model: V1_PICKLE,
      dataset: TEST_SET,
      accuracy: 0.9907407407407407,
      recall: 0.9772727272727273,
    },
    v2: {
      model: V2_PICKLE,
      dataset: TEST_SET,
      accuracy: 0.9814814814814815,
      recall: 0.9545454545454546,
    },
  },
  /** Products whose inputs are all known. Nobody claims that of triage-poisoned, so it stays open. */
  closedProducts: [
    file('data/clean/wdbc.csv', 'cd1d92786da2d63bf4fbfbeb52379551db1b630c4024448d766b18ffd46654ee'),
    file(
      'data/clean/newbatch.csv',
      '747829f6748cb463c85efab591b25672e974654a44ef04a1bd10b53b62e075b9',
    ),
    file(
      'data/split/train.csv',
      '166b0ddb73c9d3d692def5f97c4b4c3c1f5f7117d54acf78ce02b1cd49b347fb',
    ),
    TEST_SET,
    V1_ONNX,
    V1_PICKLE,
    file(
      'models/triage-v1/model.safetensors',
      'f5b744b0a9798bccfbe3043f57592078591a0f544e2bda214c4bb8c5e17b043f',
    ),
    file(
      'models/triage-v1/train.json',
      '2a37b345680aea111b6b869f67c2985a139f6628f9275a7901735197d6a7419b',
    ),
    V2_ONNX,
    V2_PICKLE,
    file(
      'models/triage-v2/model.safetensors',
      'e6e533abef671fd0cdfb4fc1f0390bff72cd7e71055c98b10671116833b47782',
    ),
    file(
      'models/triage-v2/train.json',
      '6e1c9eb692574cc75b297a5290c9131c66830d4a574d2d3f400786d319c44346',
    ),
    file('dist/triage-v2.tar', 'cc2d8713424737468d4f1e96f31da3ad6732fba8f580b4eea5573a8c9de92c15'),
    {
      path: 'triage-v1',
      ref: 'oms:b302e3d370aa6e0aa33178aebe514264395bc1e955f0adf27bbb7b77f954ce45',
    },
    {
      path: 'triage-v2',
      ref: 'oms:16526edb44d4895c57883df09768f25c740c273ef561e2d3395d03d7a9469f83',
    },
  ],
  /** Files at which history begins: raw data, programs, configuration. */
  sources: [
    file('data/raw/wdbc.csv', 'c3ef3201d50dde2eefff6dc70684eaaf93dc550f0ca4490bcb68d8296ad835f9'),
    file(
      'data/raw/newbatch.csv',
      'b73e24bc802165c25f1dafa9d41903a897b2ee8fa95de7f8fe68163fad5a230d',
    ),
    file(
      'configs/sampling.yaml',
      'ad0a202553f5ec3521e2b99822a1038adc3d73da85eb3b7acaef7285bc2c6418',
    ),
    file('configs/train.yaml', '39fb1689295e9d1614c5d78b83843a3621eb695d2ff11e78c60474336996c08b'),
    file('src/clean.py', '16a60222febcc719040e35b86ec6cd646179b7a1ab71efd061571765b50ca3b2'),
    file('src/split.py', '59a66fb2ff6bf0363f70eccb424db411bd4e69e3a32b8f7ba3907b75f08b2355'),
    file('src/train.py', '56384fd22dc2138eb4c4feaad54994cce0507e610ba6ce454a279d782b6932f3'),
    file('src/bundle.py', '706d45b81389b880d3d3c48c85f3aa0e988b5214815a1eee02ba2a174d3bcb5a'),
    file('src/evaluate.py', EVALUATOR),
  ],
  /** The repository: its history is git's own. */
  repository: 'git:example.org/tumour-triage@*',
} as const;
