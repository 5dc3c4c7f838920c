import { proxyStatus } from '../../cli/probe/proxy-status';

const HOSTNAME = 'proxy.cloud.org';

test.each<[header: string | string[] | undefined, expected: ReturnType<typeof proxyStatus>]>([
  [undefined, undefined],
  ['', undefined],
  ['"proxy.cloud.org"; error=http_request_denied; details="port"', { error: 'http_request_denied', page: 'port' }],
  ['proxy.cloud.org;error=connection_timeout', { error: 'connection_timeout', page: '' }],
  ['app; error=dns_error; details="a, b; c", "proxy.cloud.org"; error=x', { error: 'x', page: '' }],
  [['app; error=dns_error', '"proxy.cloud.org"; details="a\\"b"; error=x'], { error: 'x', page: 'a"b' }],
  // Of other proxies, without an error, or inside a string.
  ['"other.cloud.org"; error=http_request_denied; details="port"', undefined],
  ['"proxy.cloud.org"; next-hop=a; received-status=200', undefined],
  ['app; details="\\"proxy.cloud.org\\"; error=x, proxy.cloud.org; error=x"', undefined],
  ['app; details="', undefined],
])('%j', (header, expected) => {
  expect(proxyStatus({ 'proxy-status': header }, HOSTNAME)).toEqual(expected);
});
