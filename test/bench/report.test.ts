import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plotSvg } from '../../bench/plot';
import { reportMarkdown } from '../../bench/report';
import { median, percentile, type Results, type Sample } from '../../bench/results';

/** A peer's rounds with these µs a request, at 10,000 requests in half a second. */
function rounds(peer: string, micros: readonly number[], name = 'h1-http'): Sample[] {
  return micros.map((one, i) => ({
    scenario: 'small-answers',
    case: name,
    peer,
    round: i + 1,
    values: { requests: 10_000, seconds: 0.5, cpuSeconds: one / 100, upstreamConnections: 5, wrong: 0 },
  }));
}

function results(samples: readonly Sample[]): Results {
  return {
    date: '2026-01-01T00:00:00.000Z',
    command: 'bench/run',
    quick: false,
    machine: { processors: '2 of Some' },
    versions: { nginx: '1.22.1' },
    peers: ['limit', 'ours', 'haproxy', 'plain'].map((name) => ({ name, title: `<${name}>`, about: `about ${name}` })),
    samples,
  };
}

const lines = (text: string, start: string) => text.split('\n').filter((line) => line.startsWith(start));
/** The part of a page from one heading to the next of its level. */
const section = (text: string, heading: string) => text.split('\n## ').find((one) => one.startsWith(heading)) ?? '';

test('a row has the median of the rounds, their extremes, and the quotients to the limit', () => {
  const report = reportMarkdown(results([...rounds('ours', [25, 22, 90]), ...rounds('limit', [20, 20, 21])]));
  expect(lines(section(report, 'Small answers, connections stay'), '| <')).toEqual([
    '| <limit> | 20.0 | 20.0, 21.0 | 1.00 | 20,000 | 1.00 | 40.0 % | 0.5 | 0 |',
    '| <ours> | 25.0 | 22.0, 90.0 | 1.25 | 20,000 | 1.00 | 50.0 % | 0.5 | 0 |',
  ]);
});

test('the page begins with the figures of each proxy; the goals come after the results', () => {
  const report = reportMarkdown(
    results([...rounds('ours', [25, 22, 90]), ...rounds('limit', [20]), ...rounds('ours', [30], 'h2-https')]),
  );
  expect(lines(section(report, 'In short'), '| ').slice(2)).toEqual([
    '| <limit> | 20.0 |  |',
    '| <ours> | 25.0 | 30.0 |',
  ]);
  expect(lines(report, '## ')).toEqual([
    '## In short',
    '## Small answers, connections stay',
    '## Goals',
    '## How it is measured',
  ]);
});

test('bench/RESULTS.md matches bench/results.json', () => {
  const read = (name: string) => readFileSync(join(__dirname, '../../bench', name), 'utf8');
  if (read('RESULTS.md') !== reportMarkdown(JSON.parse(read('results.json')))) {
    throw new Error('bench/RESULTS.md is outdated; write it again: bench/run --report');
  }
});

test.each([
  { micros: 22, verdict: 'met' },
  { micros: 22.1, verdict: '**missed**' },
])('1.1 of the limit at most: $micros against 20 is $verdict', ({ micros, verdict }) => {
  const report = reportMarkdown(results([...rounds('ours', [micros]), ...rounds('limit', [20])]));
  expect(lines(report, '| CPU time a request')[0]).toMatch(`| ${verdict} |`);
});

test('a figure with several cases counts the worst, of each version of HTTP', () => {
  const of = (name: string, micros: number) => [...rounds('ours', [micros], name), ...rounds('limit', [20], name)];
  const samples = [...of('h1-http', 20), ...of('h2-http', 21), ...of('h2-https', 30)];
  expect(lines(reportMarkdown(results(samples)), '| CPU time a request').map((line) => line.slice(-20))).toEqual([
    expect.stringMatching(/ 1\.00 \| met \|$/),
    expect.stringMatching(/ 1\.50 \| \*\*missed\*\* \|$/),
  ]);
});

test('a figure that was not measured is neither met nor missed', () => {
  const report = reportMarkdown(results(rounds('ours', [20])));
  expect(lines(report, '| requests and WebSockets lost')).toEqual([
    '| requests and WebSockets lost while reloading | 0 | not measured |  |',
  ]);
});

test('the plot has a dot for each peer that was measured, further right for more CPU time', () => {
  const svg = plotSvg(results([...rounds('limit', [20]), ...rounds('ours', [40]), ...rounds('haproxy', [5000])]));
  const dots = [...svg.matchAll(/<circle class="dot([^"]*)" cx="(\d+)"/g)].map(([, own, x]) => [own, Number(x)]);
  expect(dots).toHaveLength(3);
  const [limit, ours, beyond] = dots.map(([, x]) => x as number) as [number, number, number];
  expect(limit).toBeLessThan(ours);
  expect(beyond).toBe(830); // the end of the scale, 1,000 µs
  expect(dots.map(([own]) => own)).toEqual(['', ' ours', '']);
  expect(svg).toContain('&lt;ours>');
});

test('median and percentile', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([0.5, 0.99, 0.999].map((part) => percentile(hundred, part))).toEqual([50, 99, 100]);
});
