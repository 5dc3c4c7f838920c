import { IpNetwork } from '../../lib/ip-network';
import { ALL_PORTS, BAD_PORTS, portRanges } from '../../lib/nginx/bad-ports';
import { decimalRangeRegex } from '../../lib/nginx/decimal-range';
import { printConfFile } from '../../lib/nginx/paths';
import { blockedConf, networkAndBroadcast } from '../../lib/nginx/target';

describe('decimalRangeRegex', () => {
  test.each([
    [1, 1],
    [1, 9],
    [1, 10],
    [9, 10],
    [7, 123],
    [1, 65535],
    [1024, 65535],
    [8000, 8999],
    [8080, 8090],
    [32768, 60999],
    [99, 101],
    [999, 10001],
    [65535, 65535],
    [10, 10000],
  ])('%i to %i fits these numbers and no other', (from, to) => {
    const regex = new RegExp(`^(?:${decimalRangeRegex({ from, to })})$`);
    for (let number = 0; number <= 65600; number++) {
      if (regex.test(String(number)) !== (number >= from && number <= to)) {
        throw new Error(`${number} is judged wrongly by ${regex}`);
      }
    }
  });

  test('is short', () => {
    expect(decimalRangeRegex({ from: 1024, to: 65535 }).split('|').length).toBeLessThan(14);
  });
});

describe('portRanges', () => {
  test('merges neighbours, sorts, and counts duplicates once', () => {
    expect(portRanges([5, 1, 2, 3, 2])).toEqual([
      { from: 1, to: 3 },
      { from: 5, to: 5 },
    ]);
  });

  test('the default denies ports of other services and allows those of web apps', () => {
    const within = (port: number) => BAD_PORTS.some(({ from, to }) => from <= port && port <= to);
    for (const port of [22, 25, 110, 143, 6000, 6667, 10080]) expect(within(port)).toBe(true);
    for (const port of [80, 443, 3000, 5901, 8080, 8443, 8787, 8888, 49152]) expect(within(port)).toBe(false);
    expect(ALL_PORTS).toEqual([{ from: 1, to: 65535 }]);
  });
});

test('network and broadcast address', () => {
  const of = (text: string) => networkAndBroadcast(IpNetwork.parse(text)).map(String);
  expect(of('198.51.100.0/24')).toEqual(['198.51.100.0', '198.51.100.255']);
  expect(of('198.51.100.4/30')).toEqual(['198.51.100.4', '198.51.100.7']);
  expect(of('198.51.100.4/31')).toEqual([]);
  expect(of('198.51.100.4/32')).toEqual([]);
});

test('networks are sorted by number, each once', () => {
  const blocked = ['100.0.0.0/8', '20.0.0.1', '20.0.0.0/8', '100.1.2.3/8'];
  const networks = printConfFile(blockedConf(blocked)).content.match(/[\d.]+\/\d+/g);
  expect(networks).toEqual(['20.0.0.0/8', '20.0.0.1/32', '100.0.0.0/8']);
});

test('a blocked entry must be a label, an address or a CIDR', () => {
  expect(printConfFile(blockedConf(['HTTP-198-51-100-7-80', '198.51.100.0/24'])).content).toContain(
    'http://198.51.100.7:80 1;',
  );
  expect(() => blockedConf(['198-51-100-7'])).toThrow(RangeError);
});
