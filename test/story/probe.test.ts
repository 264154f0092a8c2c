import { test } from 'vitest';
import { openStoryWorld, ingestSamples, CHAIN, storyDigest } from '../support/story-world.ts';
test('probe', async () => {
  const w = await openStoryWorld();
  const out = await ingestSamples(w, CHAIN);
  console.log(out.filter(o=>!['accepted','opaque'].includes(o.standing)).map(o=>o.source+' '+o.standing+' '+o.reasons[0]).join('\n'));
  for (const p of ['data/raw/wdbc.csv','data/raw/newbatch.csv','data/poisoned/train.csv']) {
    const a = await w.pedigree.blastRadius([storyDigest(p)]);
    console.log('==',p); for (const k of ['affected','possible'] as const) for (const h of a.answer.radius[k]) console.log(k, h.kind, h.name, h.ref.slice(0,90), h.class, h.influence, h.path.map(s=>(s.relation??'')+'['+(s.source??'')+']'+s.name).join(' <- ').slice(0,400));
    console.log(JSON.stringify(a.answer.radius.open).slice(0,3000), JSON.stringify(a.answer.radius.clear), JSON.stringify(a.answer.rollback,null,1), JSON.stringify(a.answer.retrain));
  }
  const up = await w.pedigree.lineage(storyDigest('models/triage-v2/model.onnx'),'up');
  console.log(up.answer.nodes.map(n=>n.reach+' '+n.kind+' '+n.name+' '+n.ref.slice(0,60)).join('\n'));
  await w.close();
});
