// Owns the idea of a clock: what needs the time gets one as an argument, so that tests and replays can set it.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
