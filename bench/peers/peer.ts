import type { Lab } from '../lab';

/** A proxy that runs on the first processor, with one worker. */
export interface RunningPeer {
  /** Address that it listens on, port 443. */
  readonly address: string;
  /** The process whose CPU time and memory count, with its children. */
  readonly pid: number;
  /** Reloads its configuration; undefined if the peer can't. */
  reload?(): Promise<void>;
  stop(): Promise<void>;
}

export interface Peer {
  /** Its name in results.json and on the command line. */
  readonly name: string;
  /** Its name in RESULTS.md. */
  readonly title: string;
  /** Its features that are on: a sentence for RESULTS.md. */
  readonly about: string;
  /** True if it opens a connection for each request: the closed ones slow what follows, so it is measured last. */
  readonly opensConnections?: boolean;
  /** True if it serves WebSockets. @default - true */
  readonly webSockets?: boolean;
  start(lab: Lab): Promise<RunningPeer>;
}

/** Idle connections to upstreams that a peer may keep, for all that keep any. */
export const KEPT_CONNECTIONS = 512;
