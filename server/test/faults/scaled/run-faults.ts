import { Drill } from './drill.ts';
import { EDGE_FAULTS } from './edge-faults.ts';
import { FAULTS, type Fault } from './faults.ts';
import { OWN_SERVER_FAULTS } from './own-server-faults.ts';

// bun server/test/faults/scaled/run-faults.ts [WORDS] [SCALE]: runs the faults whose name has the words in it, longer by
// SCALE, each in a cluster of its own, and prints what each came to. Exit code 1 where a click is lost or counted twice.
const [words = '', scale = '1'] = process.argv.slice(2);
let isWell = true;
for (const [name, fault] of Object.entries({ ...FAULTS, ...EDGE_FAULTS })) {
  if (!name.includes(words)) continue;
  await using drill = await Drill.start();
  await run(name, drill, fault);
}
for (const [name, { whyNot, start }] of Object.entries(OWN_SERVER_FAULTS)) {
  if (!name.includes(words)) continue;
  const reason = whyNot();
  if (reason !== null) {
    console.log(`skip ${name}: ${reason}`);
    continue;
  }
  await using servers = await start();
  await run(name, servers.drill, servers.fault);
}
process.exit(isWell ? 0 : 1);

async function run(name: string, drill: Drill, fault: Fault): Promise<void> {
  await fault(drill, { scale: Number(scale) });
  const { wrong, ...outcome } = await drill.finish();
  const isRight = Object.values(wrong).every((list) => list.length === 0) && Object.keys(outcome.failures).length === 0;
  isWell &&= isRight;
  console.log(`${isRight ? 'ok  ' : 'FAIL'} ${name}: ${JSON.stringify(outcome)}`);
  if (!isRight) console.log(JSON.stringify(wrong, null, 2));
}
