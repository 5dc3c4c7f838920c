import { setTimeout as sleep } from 'node:timers/promises';
import { askRaw } from './support/client';
import { ambiguity, type Recorder, startRecorder } from './support/recorder';
import { describeUap, HOSTNAME, startUap, type Uap } from './support/uap';
import { serious, workers } from './support/workers';

/** The name of an app whose address isn't served. */
const ELSEWHERE = `192-0-2-77-8080.${HOSTNAME}`;
const CLOSE = 'Connection: close\r\n';

type Text = (host: string) => string;
/** Name, bytes, status (0 for an answer without one), and how many requests these are, if not one. */
type Case = [name: string, text: Text, status: number, requests?: number];

const get = (lines: string) => `GET /x HTTP/1.1\r\n${lines}${CLOSE}\r\n`;
const post = (host: string, lines: string, body: string) =>
  `POST /x HTTP/1.1\r\nHost: ${host}\r\n${lines}${CLOSE}\r\n${body}`;
/** Bytes that other servers would read as a separate request; the proxy may too, if it judges it like any other. */
const HIDDEN = `GET /hidden HTTP/1.1\r\nHost: ${ELSEWHERE}\r\n${CLOSE}\r\n`;

const HOSTS: Case[] = [
  ['two hosts', (h) => get(`Host: ${h}\r\nHost: ${ELSEWHERE}\r\n`), 400],
  ['two hosts, the same', (h) => get(`Host: ${h}\r\nHost: ${h}\r\n`), 400],
  ['no host', () => get(''), 400],
  ['an empty host', () => get('Host:\r\n'), 400],
  ['blanks for a host', () => get('Host:   \r\n'), 400],
  ['a dot for a host', () => get('Host: .\r\n'), 400],
  ['a port for a host', () => get('Host: :443\r\n'), 400],
  ['a port', (h) => get(`Host: ${h}:443\r\n`), 200],
  ['another port', (h) => get(`Host: ${h}:80\r\n`), 200],
  ['an impossible port', (h) => get(`Host: ${h}:99999\r\n`), 200],
  ['a port that is a name', (h) => get(`Host: ${h}:${ELSEWHERE}\r\n`), 200],
  ['userinfo', (h) => get(`Host: user:pw@${h}\r\n`), 421],
  ['userinfo without a password', (h) => get(`Host: user@${h}\r\n`), 404],
  ['our name as userinfo', (h) => get(`Host: ${h}@${ELSEWHERE}\r\n`), 404],
  ['a blank inside', (h) => get(`Host: ${h} ${ELSEWHERE}\r\n`), 400],
  ['a tab inside', (h) => get(`Host: ${h}\t${ELSEWHERE}\r\n`), 400],
  ['a tab before', (h) => get(`Host:\t${h}\r\n`), 400],
  ['a tab after', (h) => get(`Host: ${h}\t\r\n`), 400],
  ['blanks around', (h) => get(`Host:   ${h}   \r\n`), 200],
  ['a comma', (h) => get(`Host: ${h},${ELSEWHERE}\r\n`), 404],
  ['a slash', (h) => get(`Host: ${h}/\r\n`), 400],
  ['a question mark', (h) => get(`Host: ${h}?.${HOSTNAME}\r\n`), 404],
  ['a hash', (h) => get(`Host: ${h}#.${HOSTNAME}\r\n`), 404],
  ['a trailing dot', (h) => get(`Host: ${h}.\r\n`), 200],
  ['two trailing dots', (h) => get(`Host: ${h}..\r\n`), 400],
  ['upper case', (h) => get(`Host: ${h.toUpperCase()}\r\n`), 200],
  ['NUL', (h) => get(`Host: ${h}\0.${HOSTNAME}\r\n`), 400],
  ['a carriage return', (h) => get(`Host: ${h}\r.${HOSTNAME}\r\n`), 400],
  ['raw bytes', (h) => get(`Host: \xff\xfe${h}\r\n`), 404],
  ['a raw byte at the end', (h) => get(`Host: ${h}\x80\r\n`), 421],
  ['an encoded dot', (h) => get(`Host: ${h.replace('.', '%2e')}\r\n`), 421],
  ['an IPv6 literal', () => get('Host: [::1]\r\n'), 421],
  ['an open bracket', (h) => get(`Host: [${h}\r\n`), 404],
  ['an IPv4 address', () => get('Host: 127.0.0.1\r\n'), 421],
  ['another host of the proxy: its rules count', () => get(`Host: ${ELSEWHERE}\r\n`), 403],
  ["the proxy's own host", () => get(`Host: ${HOSTNAME}\r\n`), 404],
  ['a label below the label', (h) => get(`Host: a.${h}\r\n`), 404],
  ['a long name', () => get(`Host: ${'a'.repeat(10_000)}.${HOSTNAME}\r\n`), 404],
  ['a name that is too long', () => get(`Host: ${'a'.repeat(40_000)}.${HOSTNAME}\r\n`), 400],
];

const TARGETS: Case[] = [
  ['absolute', (h) => `GET https://${h}/x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 200],
  ['absolute, which goes before Host', (h) => `GET https://${h}/x HTTP/1.1\r\nHost: ${ELSEWHERE}\r\n${CLOSE}\r\n`, 200],
  ['absolute elsewhere', (h) => `GET https://${ELSEWHERE}/x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 403],
  ['absolute to another site', (h) => `GET http://other.org/x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 421],
  [
    'absolute to the metadata service',
    (h) => `GET http://169.254.169.254/ HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`,
    421,
  ],
  ['absolute with userinfo', (h) => `GET https://${h}@${ELSEWHERE}/x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['absolute, of another scheme', (h) => `GET ftp://${h}/x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 200],
  ['absolute without a path', (h) => `GET https://${h} HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 200],
  ['absolute with a query alone', (h) => `GET https://${h}?x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 200],
  ['absolute without Host', (h) => `GET https://${h}/x HTTP/1.1\r\n${CLOSE}\r\n`, 400],
  ['CONNECT', (h) => `CONNECT ${h}:443 HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 400],
  ['CONNECT with a path', (h) => `CONNECT /x HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 405],
  ['TRACE', (h) => `TRACE /x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 405],
  ['OPTIONS *', (h) => `OPTIONS * HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['a host and port', (h) => `GET ${h}:443 HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['a path without a slash', (h) => `GET x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['a blank in the path', (h) => `GET /x HTTP/1.1 /y HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['two blanks', (h) => `GET  /x  HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 200],
  ['a tab', (h) => `GET\t/x\tHTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['a carriage return in the line', (h) => `GET /x\r HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['NUL in the path', (h) => `GET /x\0y HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['encoded NUL in the path', (h) => `GET /x%00y HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['a broken escape', (h) => `GET /x%zzy HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['above the root', (h) => `GET /../../x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['a long target', (h) => `GET /${'x'.repeat(30_000)} HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 200],
  ['a target that is too long', (h) => `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 414],
  ['a method in lower case', (h) => `get /x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 400],
  ['an unknown method', (h) => `FROB /x HTTP/1.1\r\nHost: ${h}\r\n${CLOSE}\r\n`, 200],
  ['HTTP/0.9', () => 'GET /x\r\n', 0],
  ['HTTP/1.0', (h) => `GET /x HTTP/1.0\r\nHost: ${h}\r\n\r\n`, 200],
  ['HTTP/1.0 without a host', () => 'GET /x HTTP/1.0\r\n\r\n', 421],
  ['HTTP/1.2', (h) => `GET /x HTTP/1.2\r\nHost: ${h}\r\n${CLOSE}\r\n`, 200],
  ['HTTP/2.0 in words', (h) => `GET /x HTTP/2.0\r\nHost: ${h}\r\n${CLOSE}\r\n`, 505],
  ['HTTP/11', (h) => `GET /x HTTP/11\r\nHost: ${h}\r\n${CLOSE}\r\n`, 505],
  ['a preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['garbage', () => `\x16\x03\x01\x00\x05hello\r\n\r\n`, 400],
  ['empty lines before', (h) => `\r\n\r\n${get(`Host: ${h}\r\n`)}`, 200],
];

const LENGTHS: Case[] = [
  ['two lengths', (h) => post(h, `Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n`, HIDDEN), 400],
  ['two lengths, the same', (h) => post(h, 'Content-Length: 1\r\nContent-Length: 1\r\n', 'x'), 400],
  ['a list of lengths', (h) => post(h, 'Content-Length: 1, 1\r\n', 'x'), 400],
  ['a length with a sign', (h) => post(h, 'Content-Length: +1\r\n', 'x'), 400],
  ['a negative length', (h) => post(h, 'Content-Length: -1\r\n', 'x'), 400],
  ['a hexadecimal length', (h) => post(h, 'Content-Length: 0x1\r\n', 'x'), 400],
  ['a length that overflows', (h) => post(h, 'Content-Length: 18446744073709551617\r\n', 'x'), 400],
  ['a length with a tab', (h) => post(h, 'Content-Length:\t1\r\n', 'x'), 400],
  ['an empty length', (h) => post(h, 'Content-Length:\r\n', 'x'), 400],
  ['a length with zeros', (h) => post(h, 'Content-Length: 001\r\n', 'x'), 200],
  ['less than what follows', (h) => `POST /x HTTP/1.1\r\nHost: ${h}\r\nContent-Length: 1\r\n\r\nx${HIDDEN}`, 200, 2],
  ['a body with GET', (h) => `GET /x HTTP/1.1\r\nHost: ${h}\r\nContent-Length: 1\r\n${CLOSE}\r\nx`, 200],
  ['length and chunks', (h) => post(h, 'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nX'), 400],
  ['chunks and length', (h) => post(h, 'Transfer-Encoding: chunked\r\nContent-Length: 6\r\n', '0\r\n\r\nX'), 400],
  ['chunks', (h) => post(h, 'Transfer-Encoding: chunked\r\n', '1\r\nx\r\n0\r\n\r\n'), 200],
  ['chunks in capitals', (h) => post(h, 'Transfer-Encoding: CHUNKED\r\n', '1\r\nx\r\n0\r\n\r\n'), 200],
  ['chunks twice', (h) => post(h, 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400],
  [
    'chunks and identity',
    (h) => post(h, 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '0\r\n\r\n'),
    400,
  ],
  ['identity', (h) => post(h, 'Transfer-Encoding: identity\r\n', ''), 501],
  ['xchunked', (h) => post(h, 'Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'), 501],
  ['gzip, chunked', (h) => post(h, 'Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 501],
  ['chunked, identity', (h) => post(h, 'Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'), 501],
  ['an empty coding', (h) => post(h, 'Transfer-Encoding:\r\n', '0\r\n\r\n'), 501],
  ['chunked in quotes', (h) => post(h, 'Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n'), 501],
  ['a tab before chunked', (h) => post(h, 'Transfer-Encoding:\tchunked\r\n', '0\r\n\r\n'), 501],
  ['a tab after chunked', (h) => post(h, 'Transfer-Encoding: chunked\t\r\n', '0\r\n\r\n'), 501],
  ['chunked on a folded line', (h) => post(h, 'Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'), 400],
  ['a blank before the colon', (h) => post(h, 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'), 400],
  ['a blank before the name', (h) => post(h, ' Transfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400],
  ['an underscore in the name', (h) => post(h, 'Transfer_Encoding: chunked\r\n', ''), 200],
  ['a vertical tab', (h) => post(h, 'Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'), 501],
  ['chunks with HTTP/1.0', (h) => `POST /x HTTP/1.0\r\nHost: ${h}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ['chunk extensions', (h) => post(h, 'Transfer-Encoding: chunked\r\n', '1;a=b;c="d\r\nx\r\n0;e\r\n\r\n'), 200],
  ['trailers', (h) => post(h, 'Transfer-Encoding: chunked\r\n', `1\r\nx\r\n0\r\nHost: ${ELSEWHERE}\r\n\r\n`), 200],
  ['no size', (h) => post(h, 'Transfer-Encoding: chunked\r\n', '\r\nx\r\n0\r\n\r\n'), 400],
  ['a negative size', (h) => post(h, 'Transfer-Encoding: chunked\r\n', '-1\r\nx\r\n0\r\n\r\n'), 400],
  [
    'a size that overflows',
    (h) => post(h, 'Transfer-Encoding: chunked\r\n', '10000000000000001\r\nx\r\n0\r\n\r\n'),
    400,
  ],
  ['a size of 0x1', (h) => post(h, 'Transfer-Encoding: chunked\r\n', '0x1\r\nx\r\n0\r\n\r\n'), 400],
  ['a chunk longer than its size', (h) => post(h, 'Transfer-Encoding: chunked\r\n', '1\r\nxyz\r\n0\r\n\r\n'), 400],
  ['chunks with bare line feeds', (h) => post(h, 'Transfer-Encoding: chunked\r\n', '1\nx\n0\n\n'), 200],
];

const HEADERS: Case[] = [
  ['bare line feeds', (h) => `GET /x HTTP/1.1\nHost: ${h}\nConnection: close\n\n`, 200],
  ['a bare carriage return', (h) => get(`Host: ${h}\r\nA: b\rX-Evil: 1\r\n`), 400],
  ['a folded line', (h) => get(`Host: ${h}\r\nA: b\r\n c\r\n`), 400],
  ['NUL in a value', (h) => get(`Host: ${h}\r\nA: b\0c\r\n`), 400],
  ['NUL in a name', (h) => get(`Host: ${h}\r\nA\0: b\r\n`), 400],
  ['a name with a blank', (h) => get(`Host: ${h}\r\nA b: c\r\n`), 400],
  ['no colon', (h) => get(`Host: ${h}\r\nABC\r\n`), 200],
  ['no name', (h) => get(`Host: ${h}\r\n: b\r\n`), 400],
  ['raw bytes in a value', (h) => get(`Host: ${h}\r\nA: \xff\x80\r\n`), 200],
  ['raw bytes in a name', (h) => get(`Host: ${h}\r\nA\xff: b\r\n`), 200],
  ['an underscore in a name', (h) => get(`Host: ${h}\r\nX_Evil: b\r\n`), 200],
  ['a large header', (h) => get(`Host: ${h}\r\nA: ${'x'.repeat(30_000)}\r\n`), 200],
  ['a header that is too large', (h) => get(`Host: ${h}\r\nA: ${'x'.repeat(40_000)}\r\n`), 400],
  ['too many headers', (h) => get(`Host: ${h}\r\n${`A: ${'x'.repeat(20_000)}\r\n`.repeat(12)}`), 400],
  ['a loop', (h) => get(`Host: ${h}\r\nCDN-Loop: ${HOSTNAME}\r\n`), 508],
  [
    'Connection names our headers',
    (h) => `GET /x HTTP/1.1\r\nHost: ${h}\r\nConnection: close, X-Real-IP, Host, CDN-Loop\r\n\r\n`,
    200,
  ],
  ['Connection, several times', (h) => get(`Host: ${h}\r\nConnection: X-Real-IP\r\nConnection: keep-alive\r\n`), 200],
  [
    'h2c',
    (h) =>
      `GET /x HTTP/1.1\r\nHost: ${h}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n${HIDDEN}`,
    200,
    2,
  ],
  [
    'h2c among others',
    (h) => `GET /x HTTP/1.1\r\nHost: ${h}\r\nConnection: Upgrade\r\nUpgrade: websocket, h2c\r\n\r\n${HIDDEN}`,
    200,
    2,
  ],
  [
    'an Upgrade that is refused by the app',
    (h) => `GET /x HTTP/1.1\r\nHost: ${h}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${HIDDEN}`,
    200,
    2,
  ],
  ['Expect', (h) => post(h, 'Expect: 100-continue\r\nContent-Length: 1\r\n', 'x'), 100],
  ['another Expect', (h) => post(h, 'Expect: 200-ok\r\nContent-Length: 1\r\n', 'x'), 200],
];

describeUap('odd requests', (variant) => {
  let uap: Uap;
  let app: Recorder;
  let host: string;
  let before: number[];
  let sent = 0;

  beforeAll(async () => {
    uap = await startUap(variant);
    app = await startRecorder(uap.network.instances[1] as string);
    host = uap.host({ ...app, protocol: 'http' });
    before = workers(uap);
  });

  afterAll(async () => {
    await Promise.all([uap?.stop(), app?.stop()]);
  });

  describe.each([
    ['Host', HOSTS],
    ['target', TARGETS],
    ['length', LENGTHS],
    ['header', HEADERS],
  ])('%s', (_, cases) => {
    test.each(cases)('%s', async (_name, text, status, requests = 1) => {
      app.take();
      const answer = await askRaw(uap, host, text(host));
      for (let i = 0; i < 10 && status < 300; i++) await sleep(5);
      const seen = app.take();
      sent += requests;
      expect(Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0)).toBe(status);
      expect(answer.split('HTTP/1.1 403 ').length - 1).toBe(status === 403 ? 1 : requests - 1);
      // A body may be found wrong after its beginning was passed on.
      expect(seen.length).toBeLessThanOrEqual(1);
      const passed = status >= 100 && status < 300;
      if (passed) expect(seen.length).toBe(1);
      for (const each of seen) {
        expect([each, ambiguity(each, host, passed)]).toEqual([each, undefined]);
        expect(each).not.toMatch(/evil|hidden|h2c|HTTP2-Settings|X-Real-IP: (?!198|203)/i);
        for (const name of ['X-Real-IP', 'X-Forwarded-For', 'CDN-Loop']) {
          expect(each.toLowerCase().split(`\r\n${name.toLowerCase()}: `).length).toBe(2);
        }
      }
    });
  });

  test('each request has one line in the log, and no more', async () => {
    await sleep(1500);
    expect(uap.accessLog()).toHaveLength(sent);
  });

  test('no worker crashed, and the error log has no failure', () => {
    expect([workers(uap), serious(uap)]).toEqual([before, []]);
  });
});
