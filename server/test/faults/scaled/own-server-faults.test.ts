import { afterAll, describe } from 'bun:test';
import { describeFaults } from './describe-faults.ts';
import { OWN_SERVER_FAULTS } from './own-server-faults.ts';

for (const [name, { whyNot, start }] of Object.entries(OWN_SERVER_FAULTS)) {
  const reason = whyNot();
  if (reason !== null) console.log(`skipped: ${name}: ${reason}`);
  describe.skipIf(reason !== null)(name, () => {
    let servers: Awaited<ReturnType<typeof start>>;
    describeFaults(
      'under load',
      {
        [name]: (drill, scale) => servers.fault(drill, scale),
      },
      {
        async start() {
          servers = await start();
          return servers.drill;
        },
      },
    );
    afterAll(() => servers?.[Symbol.asyncDispose](), 60_000);
  });
}
