/** Names one request that may be repeated. `bodyHash` tells whether it is the same request. */
export interface IdempotencyKey {
  /** Who asks; keys of different principals never meet. */
  principal: string;
  /** Method and route, ids included. */
  route: string;
  key: string;
  bodyHash: string;
}
