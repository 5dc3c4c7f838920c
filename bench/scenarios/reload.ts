import { setTimeout as sleep } from 'node:timers/promises';
import { requestUntil } from '../load/requests';
import { openWebSockets } from '../load/websockets';
import { appHost } from '../upstream';
import type { Scenario } from './scenario';

const WEB_SOCKETS = 50;

/** Requests lost during reloads of the configuration. */
export const reload: Scenario = {
  name: 'reload',
  async run(bench, peers) {
    for (const peer of peers.filter(({ name }) => name === 'limit' || name === 'ours')) {
      for (const http of ['h1', 'h2'] as const) {
        const { address, reload } = await bench.running(peer);
        if (!reload) continue;
        const host = appHost('http');
        const sockets = await openWebSockets(address, host, WEB_SOCKETS);
        const reloads = 2 + 2 * bench.rounds;
        const reloading = (async () => {
          for (let i = 0; i < reloads; i++) {
            await sleep(400);
            await reload();
          }
          await sleep(400);
        })();
        const counted = await requestUntil(reloading, http, address, host);
        await reloading;
        const socketsLost = WEB_SOCKETS - (await sockets.alive());
        sockets.close();
        const values = { reloads, ...counted, socketsLost };
        bench.record({ scenario: 'reload', case: `${http}-http`, peer: peer.name, round: 1, values });
        await bench.stopped(peer);
      }
    }
  },
};
