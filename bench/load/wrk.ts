import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Lab, proxyName } from '../lab';
import { type Loaded, run } from './h2load';

/** Sends the requests of many hosts in turn; wrk's own arguments come after `--`. */
const SCRIPT = `
local requests, last = {}, 0
function init(args)
  for host in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", "/small", { Host = host })
  end
end
function request()
  last = last % #requests + 1
  return requests[last]
end
`;

/** Runs wrk, 32 connections with HTTP/1.1, against a proxy at this address: small answers of each host in turn. */
export async function wrk(lab: Lab, address: string, hosts: readonly string[], seconds: number): Promise<Loaded> {
  const [script, list] = ['wrk.lua', 'wrk-hosts'].map((name) => path.join(lab.root, name)) as [string, string];
  writeFileSync(script, SCRIPT);
  writeFileSync(list, `${hosts.join('\n')}\n`);
  const url = `https://${proxyName(address)}/small`;
  const args = ['-t', '1', '-c', '32', '-d', String(Math.ceil(seconds)), '-s', script, url, '--', list];
  return readSummary(await run('wrk', args));
}

function readSummary(text: string): Loaded {
  const done = Number(/(\d+) requests in/.exec(text)?.[1]);
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? [];
  const failed = refused + errors.reduce((sum, one) => sum + Number(one), 0);
  return { done, ok: done - refused, failed };
}
