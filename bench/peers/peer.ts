import type { Lab } from '../lab';

/** A proxy that runs on the first processor, with one worker. */
export interface RunningPeer {
  /** It listens there, port 443. */
  readonly address: string;
  /** The process whose CPU time and memory count, with its children. */
  readonly pid: number;
  /** Takes over its configuration anew; undefined if the peer has no such thing. */
  reload?(): Promise<void>;
  stop(): Promise<void>;
}

export interface Peer {
  /** Its name in results.json and on the command line. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** What is on in it: a sentence for RESULTS.md. */
  readonly about: string;
  /** True if it opens a connection for each request: the closed ones slow what follows, so it is measured last. */
  readonly opensConnections?: boolean;
  /** True if it serves WebSockets. @default - true */
  readonly webSockets?: boolean;
  start(lab: Lab): Promise<RunningPeer>;
}

/** Idle connections to upstreams that a peer may keep, for all that keep any. */
export const KEPT_CONNECTIONS = 512;
