import { setTimeout as sleep } from 'node:timers/promises';
import { openWebSockets } from '../load/websockets';
import { memoryBytes } from '../process';
import { appHost } from '../upstream';
import type { Scenario } from './scenario';

/** Memory of idle WebSockets. Each peer is restarted, so that no memory of earlier requests counts. */
export const webSockets: Scenario = {
  name: 'websockets',
  async run(bench, peers) {
    for (const peer of peers.filter((one) => one.webSockets ?? true)) {
      await bench.stopped(peer);
      const { address, pid } = await bench.running(peer);
      const host = appHost('http');
      (await openWebSockets(address, host, 10)).close();
      await sleep(500);
      const before = memoryBytes(pid);
      const sockets = await openWebSockets(address, host, bench.webSockets);
      await sleep(1000);
      const values = {
        sockets: bench.webSockets,
        memoryBytes: memoryBytes(pid) - before,
        alive: await sockets.alive(),
      };
      bench.record({ scenario: 'websockets', case: 'h1-http', peer: peer.name, round: 1, values });
      sockets.close();
      await bench.stopped(peer);
    }
  },
};
