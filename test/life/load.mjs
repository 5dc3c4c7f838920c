// Steady requests and open WebSockets through a UAP: node load.mjs HOST CA-FILE OUT
// It runs until OUT.stop exists, at most two hours, and writes OUT.json. A request counts as lost when a browser would
// show an error: as browsers do, it is sent again when a kept connection was closed before any answer, and that is counted.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import { WebSocket } from 'ws';

const [host, caFile, out] = process.argv.slice(2);
const ca = readFileSync(caFile);
const apps = { http: `http-198-51-100-21-8888.${host}`, https: `198-51-100-22-8443.${host}` };
const patience = 10_000;
const start = Date.now();
const end = start + 2 * 3600_000;
const kinds = {};
const errors = [];
const certificates = {};
const websockets = { open: 0, lost: 0, echoes: 0, retried: 0 };
const failures = []; // [from, to] in ms, one for each request that was lost
const successes = [];
let stopped = false;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const since = () => (Date.now() - start) / 1000;

function fault(kind, message) {
  if (errors.length < 500) errors.push({ at: since(), kind, message });
}

/** Sends requests one after the other until the end. */
async function loop(kind, pause, send) {
  kinds[kind] ??= { sent: 0, lost: 0, retried: 0, slowest: 0 };
  const counts = kinds[kind];
  while (!stopped) {
    const from = Date.now();
    counts.sent++;
    try {
      await attempt(counts, send);
      counts.slowest = Math.max(counts.slowest, Date.now() - from);
      successes.push(Date.now());
    } catch (error) {
      counts.lost++;
      failures.push([from, Date.now()]);
      fault(kind, error.message);
    }
    await sleep(pause);
  }
}

async function attempt(counts, send) {
  for (let left = 3; ; left--) {
    try {
      return await send();
    } catch (error) {
      if (!error.again || left === 0) throw error;
      counts.retried++;
    }
  }
}

function request(agent, app) {
  return new Promise((resolve, reject) => {
    const outgoing = https.get({ host: app, path: '/load', agent, ca, timeout: patience }, (answer) => {
      if (answer.socket.getPeerX509Certificate) seen(answer.socket.getPeerX509Certificate());
      let length = 0;
      answer.on('data', (data) => {
        length += data.length;
      });
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 200 && length > 0 ? resolve() : reject(new Error(`status ${answer.statusCode}`)),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${patience} ms`)));
    outgoing.on('error', (error) => {
      error.again = outgoing.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code);
      reject(error);
    });
  });
}

function seen(certificate) {
  if (certificate) certificates[certificate.serialNumber] ??= since();
}

let session;
function http2Request(app) {
  if (!session || session.closed || session.destroyed || session.leaving) {
    session = http2.connect(`https://${app}`, { ca });
    session.on('error', () => {});
    const own = session;
    session.on('goaway', () => {
      own.leaving = true;
    });
  }
  const own = session;
  return new Promise((resolve, reject) => {
    const fail = (error) => {
      // A stream that the server says it did not take.
      error.again = own.leaving && error.code !== 'TIMEOUT';
      reject(error);
    };
    let stream;
    try {
      stream = own.request({ ':path': '/load' });
    } catch (error) {
      return fail(Object.assign(error, { again: true }));
    }
    const timer = setTimeout(() => {
      own.destroy();
      fail(Object.assign(new Error(`no answer within ${patience} ms`), { code: 'TIMEOUT' }));
    }, patience);
    let status;
    stream.on('response', (headers) => {
      status = headers[':status'];
    });
    stream.on('data', () => {});
    stream.on('error', fail);
    stream.on('close', () => {
      clearTimeout(timer);
      if (status === 200) resolve();
      else fail(new Error(status ? `status ${status}` : 'the stream was closed'));
    });
  });
}

/** A WebSocket that echoes twice a second; counts losses, and opens it again. */
async function websocket(app) {
  while (!stopped) {
    await new Promise((resolve) => {
      const socket = new WebSocket(`wss://${app}/ws`, { ca, handshakeTimeout: patience });
      let waiting;
      let opened = false;
      const beat = setInterval(() => {
        if (stopped) return close();
        if (!opened) return;
        if (waiting && Date.now() - waiting > patience) return socket.terminate();
        if (!waiting) {
          waiting = Date.now();
          socket.send('hello');
        }
      }, 500);
      const close = () => {
        clearInterval(beat);
        socket.terminate();
        resolve();
      };
      socket.on('open', () => {
        opened = true;
        websockets.open++;
      });
      socket.on('message', () => {
        waiting = undefined;
        websockets.echoes++;
      });
      socket.on('error', (error) => fault('websocket', error.message));
      socket.on('close', () => {
        if (opened && !stopped) {
          websockets.open--;
          websockets.lost++;
          fault('websocket', 'closed');
        }
        close();
      });
    });
    await sleep(500);
  }
}

/** Seconds from the first lost request to the next success, the longest of all. */
function longestOutage() {
  successes.sort((a, b) => a - b);
  let longest = 0;
  for (const [from, to] of failures) {
    const before = successes.findLast((time) => time <= from) ?? start;
    const next = successes.find((time) => time > to) ?? Date.now();
    longest = Math.max(longest, next - before);
  }
  return Math.round(longest / 100) / 10;
}

const tasks = [];
for (const [name, app] of Object.entries(apps)) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 4, ca });
  const fresh = new https.Agent({ keepAlive: false, maxCachedSessions: 0, ca });
  for (let n = 0; n < 2; n++) tasks.push(loop(`${name} kept`, 300, () => request(agent, app)));
  tasks.push(loop(`${name} new`, 700, () => request(fresh, app)));
  for (let n = 0; n < 5; n++) tasks.push(websocket(app));
}
tasks.push(loop('http/2', 300, () => http2Request(apps.http)));
setInterval(() => {
  if (successes.length > 0 && !existsSync(`${out}.ready`)) writeFileSync(`${out}.ready`, '');
  if (!existsSync(`${out}.stop`) && Date.now() < end) return;
  stopped = true;
  writeFileSync(
    `${out}.json`,
    JSON.stringify({ seconds: Math.round(since()), kinds, websockets, outage: longestOutage(), certificates, errors }),
  );
  setTimeout(() => process.exit(0), 100);
}, 200);
