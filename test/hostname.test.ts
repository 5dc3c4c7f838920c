import { formatHost, formatLabel, parseHost, parseLabel } from '../lib/hostname';
import cases from './cases/hostname/labels.json';

describe('parseLabel', () => {
  test.each(cases)('$label', ({ label, target }) => {
    const parsed = parseLabel(label);
    expect(parsed ? `${parsed.protocol}://${parsed.address}:${parsed.port}` : null).toBe(target);
  });

  test.each([' 198-51-100-7-80', '198-51-100-7-80\n', '198-51-100-7- 80', '', '-----'])('refuses %j', (label) => {
    expect(parseLabel(label)).toBeUndefined();
  });
});

describe('formatLabel', () => {
  test('leaves the default protocol out', () => {
    expect(formatLabel({ protocol: 'https', address: '198.51.100.7', port: 443 })).toBe('198-51-100-7-443');
    expect(formatLabel({ protocol: 'http', address: '198.51.100.7', port: 80 })).toBe('http-198-51-100-7-80');
  });

  test('is the inverse of parseLabel', () => {
    for (const { label, target } of cases) {
      const parsed = parseLabel(label);
      if (target && parsed) expect(parseLabel(formatLabel(parsed))).toEqual(parsed);
    }
  });

  test('names the mistake in an address or a port', () => {
    expect(() => formatLabel({ protocol: 'http', address: '300.0.0.1', port: 80 })).toThrow(
      'address must be an IPv4 address such as 198.51.100.7, got "300.0.0.1"',
    );
    expect(() => formatLabel({ protocol: 'http', address: '10.0.0.1', port: 65536 })).toThrow(
      'port must be a whole number from 1 to 65535, got 65536',
    );
  });
});

describe('parseHost and formatHost', () => {
  const target = { protocol: 'http', address: '198.51.100.7', port: 8888 } as const;

  test('name an app below the UAP, whatever the letter case, with or without the trailing dot', () => {
    expect(formatHost(target, 'proxy.cloud.org')).toBe('http-198-51-100-7-8888.proxy.cloud.org');
    expect(parseHost('http-198-51-100-7-8888.Proxy.Cloud.org', 'proxy.cloud.org')).toEqual(target);
    expect(parseHost('http-198-51-100-7-8888.proxy.cloud.org.', 'proxy.cloud.org')).toEqual(target);
  });

  test.each([
    'proxy.cloud.org',
    'http-198-51-100-7-8888.other.org',
    'a.http-198-51-100-7-8888.proxy.cloud.org',
    'http-198-51-100-7-8888.a.proxy.cloud.org',
    'http-198-51-100-7-8888xproxy.cloud.org',
  ])('%s is no app of proxy.cloud.org', (host) => {
    expect(parseHost(host, 'proxy.cloud.org')).toBeUndefined();
  });
});
