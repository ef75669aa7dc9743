import './lib/node-version.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { withServers } from './lib/servers.mjs';
import { runStaticChecks } from './lib/static-checks.mjs';
import { runBunTests } from './lib/unit-tests.mjs';

// npm run check: format, lint, types, import rules and the tests beside the code.
const start = performance.now();
ensureInstalled({ dev: true });
const checks = await runStaticChecks();
const tests = await withServers((env) =>
  runBunTests(['contract', 'server/src', 'cli', 'dashboard/src', 'scripts'], { env }),
);
const broken = checks.filter(({ ok }) => !ok).map(({ name }) => name);
console.log(`\nchecks: ${broken.length === 0 ? 'all well' : `${broken.join(', ')} failed`}`);
console.log(`unit tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped.length} skipped`);
for (const name of tests.skipped) console.log(`  skipped: ${name}`);
console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
process.exit(broken.length > 0 || tests.failed > 0 ? 1 : 0);
