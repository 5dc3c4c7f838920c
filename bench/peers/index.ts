import { caddy } from './caddy';
import { haproxy, haproxyFull } from './haproxy';
import { limit, limitFull } from './limit';
import { ours, oursPlain } from './ours';
import type { Peer } from './peer';
import { plain } from './plain';

/** All peers, in the order of the tables. */
export const PEERS: readonly Peer[] = [limit, limitFull, ours, haproxy, haproxyFull, caddy, oursPlain, plain];
