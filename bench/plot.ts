import { cpuMicros } from './report';
import { median, type Results, valuesOf } from './results';

const PANELS = [
  { name: 'h1-http', title: 'HTTP/1.1, http upstream' },
  { name: 'h1-https', title: 'HTTP/1.1, https upstream' },
  { name: 'h2-http', title: 'HTTP/2, http upstream' },
  { name: 'h2-https', title: 'HTTP/2, https upstream' },
];
const WIDTH = 900;
const LABELS = 250;
const RIGHT = 70;
const ROW = 20;
const TICKS = [10, 20, 50, 100, 200, 500, 1000];

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .small { font-size: 11px; fill: #59636e }
  .grid { stroke: #d1d9e0 }
  .dot { fill: #818b98 }
  .ours { fill: #0969da }
  text.ours { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .small { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .ours { fill: #4493f8 }
  }
`;

/** CPU time of the worker for each request, small answers over kept connections: a dot for each peer. Pure. */
export function plotSvg(results: Results): string {
  const rows = results.peers.length;
  const panelHeight = 62 + rows * ROW;
  const height = 36 + PANELS.length * panelHeight;
  const panels = PANELS.map(({ name, title }, i) => panel(results, name, title, 36 + i * panelHeight));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>CPU time of the worker for each request, in microseconds</title>
<style>${STYLE}</style>
<text class="title" x="12" y="24">CPU time of the worker for each request, µs (logarithmic): less is better</text>
${panels.join('\n')}
</svg>
`;
}

function panel(results: Results, name: string, title: string, top: number): string {
  const bottom = top + 30 + results.peers.length * ROW;
  const grid = TICKS.map(
    (tick) =>
      `<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${top + 26}" y2="${bottom}"/>` +
      `<text class="small" text-anchor="middle" x="${x(tick)}" y="${bottom + 14}">${tick}</text>`,
  );
  const rows = results.peers.flatMap((peer, i) => {
    const micros = median(valuesOf(results, { scenario: 'small-answers', case: name, peer: peer.name }, cpuMicros));
    if (!Number.isFinite(micros)) return [];
    const y = top + 40 + i * ROW;
    const own = peer.name === 'ours' ? ' ours' : '';
    return [
      `<text class="label${own}" text-anchor="end" x="${LABELS - 12}" y="${y + 4}">${escapeXml(peer.title)}</text>` +
        `<circle class="dot${own}" cx="${x(micros)}" cy="${y}" r="5"/>` +
        `<text class="value${own}" x="${x(micros) + 10}" y="${y + 4}">${micros.toFixed(micros < 100 ? 1 : 0)}</text>`,
    ];
  });
  return [`<text x="12" y="${top + 18}">${title}</text>`, ...grid, ...rows].join('\n');
}

/** Position of a time in pixels; times off the scale are at its end. */
function x(micros: number): number {
  const [low, high] = [Math.log(TICKS[0] as number), Math.log(TICKS.at(-1) as number)];
  const part = Math.min(1, Math.max(0, (Math.log(micros) - low) / (high - low)));
  return Math.round(LABELS + part * (WIDTH - LABELS - RIGHT));
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
