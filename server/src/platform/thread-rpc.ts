import type { ErrorCode, ErrorDetail } from '@waymark/contract';
import { AppError } from './app-error.ts';

/** What a message may be posted to: a Worker, a MessagePort, or a thread's own global scope. */
export interface Endpoint {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

/** One call of a service in another thread. `context` travels with it, unseen by the method. */
export interface Call {
  id: number;
  service: string;
  method: string;
  args: unknown[];
  context?: unknown;
}

export type Reply =
  | { id: number; ok: true; value: unknown; notes?: unknown }
  | { id: number; ok: false; error: WireError; notes?: unknown };

interface WireError {
  code: ErrorCode | null;
  message: string;
  details: ErrorDetail[];
  retryAfterSeconds: number | null;
  stack: string;
}

export function toWire(error: unknown): WireError {
  const app = error instanceof AppError ? error : null;
  const plain = error instanceof Error ? error : new Error(String(error));
  return {
    code: app?.code ?? null,
    message: plain.message,
    details: app?.details ?? [],
    retryAfterSeconds: app?.retryAfterSeconds ?? null,
    stack: app ? '' : (plain.stack ?? ''),
  };
}

function fromWire(wire: WireError): Error {
  if (wire.code === null) {
    const error = new Error(wire.message);
    error.stack = wire.stack;
    return error;
  }
  const retry = wire.retryAfterSeconds === null ? {} : { retryAfterSeconds: wire.retryAfterSeconds };
  return new AppError(wire.code, wire.message, { details: wire.details, ...retry });
}

/**
 * The calling end. Calls made in one turn of the event loop travel as one message, and so do their answers.
 * Errors: an AppError arrives as an AppError; anything else as an Error with the far stack.
 */
export class RpcClient {
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private outgoing: Call[] = [];
  private nextId = 1;
  private closedBecause: Error | null = null;

  /** `onNotes` sees what the far end attached to a reply, before the caller goes on. */
  constructor(
    private readonly endpoint: Endpoint,
    private readonly onNotes: (notes: unknown, context: unknown) => void = () => {},
  ) {
    endpoint.onmessage = (event) => this.receive(event.data as { replies?: Reply[] });
  }

  private readonly contexts = new Map<number, unknown>();

  call(service: string, method: string, args: unknown[], context?: unknown): Promise<unknown> {
    if (this.closedBecause) return Promise.reject(this.closedBecause);
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { resolve, reject });
      if (context !== undefined) this.contexts.set(id, context);
      if (this.outgoing.length === 0) setImmediate(() => this.flush());
      this.outgoing.push(
        context === undefined ? { id, service, method, args } : { id, service, method, args, context },
      );
    });
  }

  /** A typed view of one service. Only its async methods can be called. */
  service<T extends object>(name: string, context?: unknown): T {
    const known = new Map<string | symbol, (...args: unknown[]) => Promise<unknown>>();
    return new Proxy({} as T, {
      get: (_, method) => {
        if (typeof method !== 'string' || method === 'then') return undefined;
        let call = known.get(method);
        if (!call) {
          call = (...args) => this.call(name, method, args, context);
          known.set(method, call);
        }
        return call;
      },
    });
  }

  /** Rejects everything that waits and all that is asked later. */
  close(because: Error): void {
    this.closedBecause = because;
    for (const { reject } of this.waiting.values()) reject(because);
    this.waiting.clear();
  }

  private flush(): void {
    const calls = this.outgoing;
    this.outgoing = [];
    this.endpoint.postMessage({ calls });
  }

  private receive({ replies = [] }: { replies?: Reply[] }): void {
    for (const reply of replies) {
      const caller = this.waiting.get(reply.id);
      const context = this.contexts.get(reply.id);
      this.waiting.delete(reply.id);
      this.contexts.delete(reply.id);
      if (reply.notes !== undefined) this.onNotes(reply.notes, context);
      if (!caller) continue;
      if (reply.ok) caller.resolve(reply.value);
      else caller.reject(fromWire(reply.error));
    }
  }
}

export type Services = Record<string, object>;

/** Finds a method of a service by name, bound. Errors: throws for a name that is not there. */
export function findMethod(services: Services, call: Call): (...args: unknown[]) => Promise<unknown> {
  const service = services[call.service] as Record<string, unknown> | undefined;
  const method = service?.[call.method];
  if (typeof method !== 'function') throw new Error(`no method ${call.service}.${call.method} in this thread`);
  return (...args) => method.apply(service, args);
}

/** What a call is answered with. `notes` are for the calling thread, unseen by the caller. */
export interface Answer {
  value: unknown;
  notes?: unknown;
}

/** The answering end for calls that may run side by side: each is answered when `answer` is done. */
export function serveAnswers(endpoint: Endpoint, answer: (call: Call) => Promise<Answer>): void {
  const reply = async (call: Call): Promise<Reply> => {
    try {
      return { id: call.id, ok: true, ...(await answer(call)) };
    } catch (error) {
      return { id: call.id, ok: false, error: toWire(error) };
    }
  };
  endpoint.onmessage = (event) => {
    const { calls = [] } = event.data as { calls?: Call[] };
    for (const call of calls) void reply(call).then((said) => endpoint.postMessage({ replies: [said] }));
  };
}

/** The answering end for services whose calls need no context and leave no notes. */
export function serveCalls(endpoint: Endpoint, services: Services): void {
  serveAnswers(endpoint, async (call) => ({ value: await findMethod(services, call)(...call.args) }));
}
