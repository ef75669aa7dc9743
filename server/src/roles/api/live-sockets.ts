import type { ServerWebSocket, WebSocketHandler } from 'bun';

/** What a WebSocket belongs to. */
export interface LiveSocketData {
  opened(socket: ServerWebSocket<LiveSocketData>): void;
  said(socket: ServerWebSocket<LiveSocketData>, message: string): void;
  drained(socket: ServerWebSocket<LiveSocketData>): void;
  closed(): void;
}

/** Bytes waiting for a slow reader before the socket is closed. */
const BACKPRESSURE_BYTES_MAX = 1024 * 1024;

/** Passes what happens on a socket to its owner. */
export const liveSockets: WebSocketHandler<LiveSocketData> = {
  maxPayloadLength: 4096,
  backpressureLimit: BACKPRESSURE_BYTES_MAX,
  closeOnBackpressureLimit: true,
  idleTimeout: 120,
  sendPings: true,
  open: (socket) => socket.data.opened(socket),
  message: (socket, message) => socket.data.said(socket, typeof message === 'string' ? message : ''),
  drain: (socket) => socket.data.drained(socket),
  close: (socket) => socket.data.closed(),
};
