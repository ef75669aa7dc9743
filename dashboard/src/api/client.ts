import { WaymarkClient } from '@waymark/contract/client';

/** The v1 API of the server this page came from; the session goes by its cookie. */
export const api = new WaymarkClient({ baseUrl: location.origin, apiKey: null });
