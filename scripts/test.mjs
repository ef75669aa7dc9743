import './lib/node-version.mjs';
import { runAcceptance, whyNoAcceptance } from './lib/acceptance.mjs';
import { ensureDashboard } from './lib/build-dashboard.mjs';
import { lineCoverage } from './lib/coverage.mjs';
import { checkFirstLoad } from './lib/dashboard-bytes.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { withServers } from './lib/servers.mjs';
import { runStaticChecks } from './lib/static-checks.mjs';
import { runBunTests } from './lib/unit-tests.mjs';

// npm test: everything. The last line is "N passed, N failed", counted from what ran.
const COVERAGE_PERCENT_MIN = 85;
/** A browser beside a server on two cores is slow; a test that hangs still ends. */
const BROWSER_TEST_MS = 120_000;

ensureInstalled({ dev: true });
const { why: notBuilt } = ensureDashboard();
const checks = await runStaticChecks();
checks.push({ name: 'first load of the dashboard', ok: notBuilt === null && checkFirstLoad() });
const { tests, coverage } = await withServers((env) => {
  const runs = [
    runBunTests(['contract', 'server/src', 'server/test', 'cli', 'dashboard/src', 'scripts'], { coverage: true, env }),
    // Both APIs once more, on PostgreSQL and Redis.
    runBunTests(['server/test/classic', 'server/test/v1'], { coverage: true, env: { ...env, TEST_SHAPE: 'scaled' } }),
  ];
  const inBrowser = runBunTests(['dashboard/e2e'], { env, timeoutMs: BROWSER_TEST_MS });
  return { tests: addUp([...runs, inBrowser]), coverage: lineCoverage(runs.map(({ lcov }) => lcov)) };
});
const noAcceptance = whyNoAcceptance();
const acceptance = noAcceptance === null ? await runAcceptance() : { passed: 0, failed: 0 };

const isCovered = coverage !== null && coverage.percent >= COVERAGE_PERCENT_MIN;
console.log('');
for (const name of tests.failures) console.log(`FAILED: ${name}`);
for (const name of tests.skipped) console.log(`skipped: ${name}`);
if (noAcceptance !== null) console.log(`skipped: the classic acceptance: ${noAcceptance}`);
if (coverage !== null) {
  for (const { path, lines, hit } of coverage.files.slice(0, 10)) {
    if (hit < lines)
      console.log(`lines without a test: ${String(lines - hit).padStart(4)} of ${String(lines).padStart(4)}  ${path}`);
  }
  if (coverage.elsewhere.length > 0)
    console.log(`not measured, run in processes and threads of their own: ${inWords(coverage.elsewhere)}`);
}
const percent = coverage === null ? 'unknown' : `${coverage.percent.toFixed(1)}%`;
console.log(`line coverage: ${percent} (at least ${COVERAGE_PERCENT_MIN}% is asked for)${isCovered ? '' : ': FAILED'}`);

const passed = checks.filter(({ ok }) => ok).length + tests.passed + acceptance.passed + (isCovered ? 1 : 0);
const failed = checks.filter(({ ok }) => !ok).length + tests.failed + acceptance.failed + (isCovered ? 0 : 1);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Files by name; those of the dashboard, which run in a browser, by number. */
function inWords(paths) {
  const inBrowser = paths.filter((path) => path.startsWith('dashboard/'));
  const others = paths.filter((path) => !inBrowser.includes(path));
  return [...others, ...(inBrowser.length > 0 ? [`${inBrowser.length} files of dashboard/src in a browser`] : [])].join(
    ', ',
  );
}

function addUp(runs) {
  const sum = (name) => runs.reduce((count, run) => count + run[name], 0);
  const all = (name) => runs.flatMap((run) => run[name]);
  return { passed: sum('passed'), failed: sum('failed'), skipped: all('skipped'), failures: all('failures') };
}
