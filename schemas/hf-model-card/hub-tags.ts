// SPDX-License-Identifier: Apache-2.0

/** Tags by which the hub files models: tasks, libraries and what their tools write. */
const HUB_TAGS: ReadonlySet<string> = new Set([
  // tasks: https://huggingface.co/tasks
  ...['any-to-any', 'audio-classification', 'audio-text-to-text', 'audio-to-audio'],
  ...['automatic-speech-recognition', 'conversational', 'depth-estimation'],
  ...['document-question-answering', 'feature-extraction', 'fill-mask', 'graph-ml'],
  ...[
    'image-classification',
    'image-feature-extraction',
    'image-segmentation',
    'image-text-to-text',
  ],
  ...['image-to-3d', 'image-to-image', 'image-to-text', 'image-to-video', 'keypoint-detection'],
  ...['mask-generation', 'object-detection', 'question-answering', 'reinforcement-learning'],
  ...['robotics', 'sentence-similarity', 'summarization', 'table-question-answering'],
  ...['tabular-classification', 'tabular-regression', 'text-classification', 'text-generation'],
  ...['text-ranking', 'text-to-3d', 'text-to-audio', 'text-to-image', 'text-to-speech'],
  ...['text-to-video', 'text2text-generation', 'time-series-forecasting', 'token-classification'],
  ...['translation', 'unconditional-image-generation', 'video-classification'],
  ...['video-text-to-text', 'visual-question-answering', 'voice-activity-detection'],
  ...['zero-shot-classification', 'zero-shot-image-classification', 'zero-shot-object-detection'],
  // libraries: https://huggingface.co/docs/hub/models-libraries
  ...['adapter-transformers', 'allennlp', 'diffusers', 'espnet', 'fastai', 'fasttext', 'flair'],
  ...['gguf', 'keras', 'mlx', 'nemo', 'onnx', 'open_clip', 'peft', 'pyannote-audio', 'pytorch'],
  ...['safetensors', 'sentence-transformers', 'setfit', 'spacy', 'speechbrain'],
  ...['stable-baselines3', 'stable-diffusion', 'stanza', 'tensorflowtts', 'timm', 'transformers'],
  ...['transformers.js', 'ultralytics'],
  // what trainers write
  ...['autotrain', 'deep-reinforcement-learning', 'generated_from_keras_callback'],
  ...['generated_from_trainer', 'lora', 'mergekit', 'ml-agents', 'trl', 'unsloth'],
]);

/** Whether a front matter has a word that is such a tag. For detection only: the YAML is not parsed. */
export function namesHubTag(yaml: string): boolean {
  for (const [word] of yaml.slice(0, 65_536).matchAll(/[\w.-]{1,64}/g)) {
    if (HUB_TAGS.has(word)) return true;
  }
  return false;
}
