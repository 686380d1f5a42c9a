/** Failed is what was given up: after the last try, by a 410, or because its endpoint is disabled. */
export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** What came of one try that was no success. */
export type AttemptError =
  | 'address_refused'
  | 'dns_lookup_failed'
  | 'connection_failed'
  | 'timed_out'
  | 'redirect_not_followed'
  | 'gone'
  | 'http_error'
  /** The process died or was stopped: nobody knows whether the receiver has it. */
  | 'interrupted';

/** Why a delivery is not done: its last try's error, or the reason why there was none. */
export type DeliveryError = AttemptError | 'endpoint_disabled' | 'canceled' | 'abandoned';

export interface NewDelivery {
  userId: string;
  /** The job that it tells about. */
  jobId: string;
  /** As `checkedUrl` answered it. */
  url: string;
  /** What happened, in the words of the API that was asked: `research.completed`. */
  event: string;
  /** JSON, sent byte for byte. */
  body: string;
}

export interface Delivery {
  id: string;
  userId: string;
  jobId: string;
  url: string;
  event: string;
  state: DeliveryState;
  error: DeliveryError | null;
  /** When it is due again; null when it has ended. */
  nextTryMs: number | null;
  createdMs: number;
  endedMs: number | null;
}

export interface DeliveryListRow extends Delivery {
  email: string;
}

export interface DeliveryFilter {
  userId?: string;
  jobId?: string;
  state?: DeliveryState;
  limit: number;
  offset: number;
}

export interface Attempt {
  /** From 1. */
  seq: number;
  startedMs: number;
  /** Null while it is under way. */
  durationMs: number | null;
  /** Null when there was no answer. */
  status: number | null;
  error: AttemptError | null;
  /** How the receiver's answer begins: a stranger's text. */
  answer: string;
}

/** What webhooks are signed with, the newest first. */
export type SigningSecrets = readonly [newest: string, ...older: string[]];
