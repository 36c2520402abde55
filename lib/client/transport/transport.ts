import type { Failure } from '../errors/failure.js';

/** One request with a JSON body for `/invocations`. */
export interface TransportRequest {
  readonly body: Uint8Array;
  /** Names the request in the service's log and reply. */
  readonly requestId: string;
  readonly signal: AbortSignal;
}

/** A successful answer; whether it keeps the contract is not known yet. */
export interface TransportReply {
  readonly ok: true;
  readonly body: Uint8Array;
}

/** A way to the service. */
export interface Transport {
  /** Sends once. Whatever goes wrong is a Failure, never an exception, unless the signal fired. */
  send(request: TransportRequest): Promise<TransportReply | Failure>;
  /** Frees what this transport opened itself. */
  close(): void;
}
