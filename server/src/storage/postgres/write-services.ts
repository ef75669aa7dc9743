import { PostgresApiKeyCommands } from './api-key-commands.ts';
import type { WriteContext } from './context.ts';
import { type ClickRemoval, PostgresEventCommands } from './event-commands.ts';
import { PostgresImportCommands } from './import-commands.ts';
import { PostgresImportJobCommands } from './import-job-commands.ts';
import { PostgresLinkCommands } from './link-commands.ts';
import { PostgresSessionCommands } from './session-commands.ts';
import { PostgresUserCommands } from './user-commands.ts';

export interface WriteServiceParts {
  clickRemoval(context: WriteContext): ClickRemoval;
  /** Draws codes for links that nobody chose one for; random ones where it is absent. */
  drawCode?: () => string;
}

/** Everything that changes the database on behalf of the API, over one transaction; `users` and `links` for housekeeping too. */
export function createWriteServices(context: WriteContext, { clickRemoval, drawCode }: WriteServiceParts) {
  const links = new PostgresLinkCommands(context, drawCode);
  return {
    links,
    users: new PostgresUserCommands(context),
    events: new PostgresEventCommands(context, clickRemoval(context)),
    keys: new PostgresApiKeyCommands(context),
    sessions: new PostgresSessionCommands(context),
    imports: new PostgresImportCommands(context),
    importJobs: new PostgresImportJobCommands(context, links),
  };
}

export type WriteServices = ReturnType<typeof createWriteServices>;
