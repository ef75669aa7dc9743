import { serve } from './commands/serve.ts';

process.exit(await serve());
