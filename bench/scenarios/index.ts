import { hosts } from './hosts';
import { latency } from './latency';
import { newConnections } from './new-connections';
import { ranges } from './ranges';
import { reload } from './reload';
import type { Scenario } from './scenario';
import { smallAnswers } from './small-answers';
import { transfer } from './transfer';
import { webSockets } from './websockets';

/** All scenarios in their order: those that leave closed connections behind come last. */
export const SCENARIOS: readonly Scenario[] = [
  smallAnswers,
  hosts,
  latency,
  transfer,
  ranges,
  reload,
  newConnections,
  webSockets,
];
