/** Where an address is, as far as it is known. Empty string: not known. */
export interface Place {
  /** ISO 3166-1 alpha-2, upper case. */
  country: string;
  region: string;
  city: string;
}

export const NOWHERE: Place = Object.freeze({ country: '', region: '', city: '' });

/** Finds the place of an IP address given as text; NOWHERE for private, unknown and unparsable ones. Synchronous; never throws. */
export interface GeoLookup {
  find(address: string): Place;
}
