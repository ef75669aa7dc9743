import { readEnv } from './config/env.ts';
import { runCli } from './run.ts';
import { createSystem } from './system.ts';

process.exit(await runCli(process.argv.slice(2), createSystem(readEnv())));
