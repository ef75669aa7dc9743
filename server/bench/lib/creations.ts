import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN_KEY } from './processes.ts';

/** A wrk script that makes a link of a random code with every request, over the v1 API. */
export function creationScript(dir: string): string {
  const path = join(dir, 'create.lua');
  writeFileSync(
    path,
    `local serial = 0
local headers = { ['Content-Type'] = 'application/json', ['Authorization'] = 'Bearer ${ADMIN_KEY}' }
function request()
  serial = serial + 1
  return wrk.format('POST', '/api/v1/links', headers, '{"url":"https://example.com/some/path/' .. serial .. '","title":"Link ' .. serial .. '"}')
end
`,
  );
  return path;
}
