import type { Json } from '../../model/json.ts';
import type { BrowserFinding } from './browser.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, on one of the pinned hosts. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Json;
  /** Leaves the identity's header out. */
  readonly anonymous?: boolean;
  /** Shortens the target's own limit. */
  readonly timeoutMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What faults, probes and loads talk HTTP through: pinned hosts, no redirects, user agent with marker and phase. */
export interface HttpClients {
  /** Sends one recorded request and answers whatever came. Throws `CallError` only where nothing came. */
  readonly ask: (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;
  /** As `ask`, and throws `CallError` for every status but 2xx. */
  readonly send: (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;
  /** Sends many like requests, unrecorded and without keeping bodies, for loads. */
  readonly traffic: (request: HttpRequest) => Traffic;
  /** Looks for a browser and opens it; it may load pages of the pinned hosts only. */
  readonly browser: (signal: AbortSignal) => Promise<BrowserFinding>;
}

/** A stream of like requests. */
export interface Traffic {
  readonly send: () => TrafficRequest;
  /** Ends the requests that are under way. */
  readonly close: () => void;
}

export interface TrafficRequest {
  /** The status, or 0 where no whole answer came. Never rejects. */
  readonly status: Promise<number>;
  /** Gives the request up. */
  readonly abandon: () => void;
}
