// SPDX-License-Identifier: Apache-2.0
import type { Context, MiddlewareHandler } from 'hono';
import type { ByteBudget } from './http/byte-budget.ts';
import type { Pedigree } from './service/pedigree.ts';
import type { PublishedLog } from './service/published-log.ts';

/** Everything the API is given. It reads no file, no clock and no environment of its own. */
export interface AppDeps {
  readonly pedigree: Pedigree;
  readonly log: PublishedLog;
  /** Project of requests that name none. */
  readonly project: string;
  /** `name:port` of each loopback name that this server answers to, lower case; read at each request. */
  readonly authorities: () => readonly string[];
  /** The secret that requests which change state must carry. */
  readonly token: string;
  /** True: introspection and GraphiQL. */
  readonly isDevelopment: boolean;
  /** Milliseconds that a request may take. */
  readonly requestMs: number;
  /** Told of every fault of our own; the caller of the API learns its code alone. */
  readonly onFault: (error: unknown) => void;
}

/** Deps, and what all requests share. */
export interface Shared extends AppDeps {
  readonly bodies: ByteBudget;
}

export interface AppEnv {
  Variables: {
    /** Aborts when the time of the request is over. */
    deadline: AbortSignal;
  };
}

export type AppContext = Context<AppEnv>;
export type AppMiddleware = MiddlewareHandler<AppEnv>;
