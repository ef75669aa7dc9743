/** To be shown, linked to https://db-ip.com, wherever places from the shipped or installed databases are (CC BY 4.0). */
export const GEO_ATTRIBUTION = 'IP Geolocation by DB-IP';
