export type Scope = 'read' | 'write' | 'admin';
export interface Session {
  id: string | null;
  kind: 'session' | 'key';
  name: string;
  scope: Scope;
  createdAt: string | null;
  expiresAt: string | null;
}
export interface SessionRow {
  id: string;
  name: string;
  scope: Scope;
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string;
  userAgent: string | null;
  current: boolean;
}
