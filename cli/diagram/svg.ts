import type { Words } from './parts';
import { type Lane, type Part, type Picture, partOf } from './picture';

/** The picture as SVG: light or dark as the reader's system is, and on a ground of its own. */
export function svg(picture: Picture): string {
  const widths = columnWidths(picture);
  const x = columns(widths);
  const width = x.users + widths.users + margin;
  const lanes: PlacedLane[] = [];
  let top = 64;
  for (const lane of picture.lanes) {
    const placed = place(lane, x, widths, top);
    lanes.push(placed);
    top = placed.bottom + gap;
  }
  const cloudBottom = top - gap + 14;
  const browser: Box = {
    ...size(browserWords, widths.browser),
    x: x.browser,
    y: middle(lanes) - size(browserWords, 0).height / 2,
  };
  const height = cloudBottom + 46;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif">`,
    `<title>What a deployment of ${escaped(picture.cloud)} makes</title>`,
    style,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    `<rect class="cloud" x="${x.cloud}" y="${margin}" width="${x.cloudEnd - x.cloud}" height="${cloudBottom - margin}" rx="10"/>`,
    `<text class="title" x="${x.cloud + 14}" y="${margin + 24}">${escaped(picture.cloud)}</text>`,
    ...lanes.flatMap((lane) => [laneGround(lane, x), ...wires(lane, browser, x)]),
    card(browser, browserWords),
    ...lanes.flatMap(({ boxes, users, lane }) => [
      ...[...boxes].map(([part, box]) => card(box, part)),
      card(users, lane.users),
    ]),
    legend(x.cloud, cloudBottom + 26),
    '</svg>',
    '',
  ].join('\n');
}

const [margin, gap, padding, lineHeight, titleHeight] = [24, 24, 12, 18, 26];
const browserWords: Words = { kind: 'other', title: 'Browser', lines: [] };

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface PlacedLane {
  readonly lane: Lane;
  readonly boxes: ReadonlyMap<Part, Box>;
  readonly users: Box;
  readonly top: number;
  readonly bottom: number;
  /** Height at which requests go. */
  readonly way: number;
}

interface Widths {
  readonly browser: number;
  /** Load balancer or floating IP; 0 where there is none. */
  readonly entry: number;
  /** Names above, security group below. */
  readonly front: number;
  readonly port: number;
  readonly instance: number;
  readonly users: number;
}

function widthOf({ title, lines }: Words): number {
  return Math.max(textWidth(title, 14), ...lines.map((line) => textWidth(line, 12.5))) + 2 * padding;
}

function columnWidths({ lanes }: Picture): Widths {
  const widest = (words: readonly (Words | undefined)[]) =>
    Math.max(100 + 2 * padding, ...words.flatMap((one) => (one ? [widthOf(one)] : [])));
  const all = (...kinds: Part['kind'][]) => widest(lanes.flatMap((lane) => kinds.map((kind) => partOf(lane, kind))));
  return {
    browser: widest([browserWords]),
    entry: lanes.some((lane) => partOf(lane, 'entry')) ? all('entry') : 0,
    front: all('records', 'securityGroup'),
    port: all('port'),
    instance: all('instance', 'readiness'),
    users: widest(lanes.map(({ users }) => users)),
  };
}

/** A fair guess, since nobody can measure here: most fonts are narrower. */
function textWidth(text: string, fontSize: number): number {
  return Math.ceil(text.length * fontSize * (fontSize > 13 ? 0.6 : 0.56));
}

type Columns = Record<'browser' | 'cloud' | 'entry' | 'front' | 'port' | 'instance' | 'cloudEnd' | 'users', number>;

function columns(widths: Widths): Columns {
  const cloud = margin + widths.browser + 52;
  const entry = cloud + 28;
  const front = entry + (widths.entry > 0 ? widths.entry + 30 : 0);
  const port = front + widths.front + 30;
  const instance = port + widths.port + 30;
  const cloudEnd = instance + widths.instance + 28;
  return { browser: margin, cloud, entry, front, port, instance, cloudEnd, users: cloudEnd + 52 };
}

function size({ lines }: Words, width: number): { width: number; height: number } {
  return { width, height: titleHeight + lines.length * lineHeight + padding };
}

function place(lane: Lane, x: Columns, widths: Widths, top: number): PlacedLane {
  const boxes = new Map<Part, Box>();
  const at = (part: Part | undefined, left: number, y: number, width: number) => {
    if (part) boxes.set(part, { x: left, y, ...size(part, width) });
  };
  const part = (kind: Part['kind']) => partOf(lane, kind);
  const heightOf = (words: Words | undefined) => (words ? size(words, 0).height : 0);
  const first = top + 34;
  at(part('records'), x.front, first, widths.front);
  const readiness = part('readiness');
  at(readiness, x.instance, first + (heightOf(part('records')) - heightOf(readiness)) / 2, widths.instance);
  const second = first + Math.max(heightOf(part('records')), heightOf(readiness)) + 30;
  const onTheWay = [part('entry'), part('securityGroup'), part('port'), part('instance'), lane.users];
  const way = second + Math.max(...onTheWay.map(heightOf)) / 2;
  const centred = (words: Words | undefined) => way - heightOf(words) / 2;
  at(part('entry'), x.entry, centred(part('entry')), widths.entry);
  at(part('securityGroup'), x.front, centred(part('securityGroup')), widths.front);
  at(part('port'), x.port, centred(part('port')), widths.port);
  at(part('instance'), x.instance, centred(part('instance')), widths.instance);
  // What else there is goes below, from the right to the left.
  let third = second + Math.max(...onTheWay.map(heightOf)) + 30;
  let right = x.instance + widths.instance;
  for (const other of lane.parts.filter((one) => !boxes.has(one))) {
    const width = widthOf(other);
    if (right - width < x.entry) {
      right = x.instance + widths.instance;
      third = Math.max(...[...boxes.values()].map(({ y, height }) => y + height)) + 30;
    }
    at(other, right - width, third, width);
    right -= width + 20;
  }
  const bottom = Math.max(...[...boxes.values()].map(({ y, height }) => y + height)) + 16;
  return {
    lane,
    boxes,
    users: { x: x.users, y: centred(lane.users), ...size(lane.users, widths.users) },
    top,
    bottom,
    way,
  };
}

function middle(lanes: readonly PlacedLane[]): number {
  const ways = lanes.map(({ way }) => way);
  return (Math.min(...ways) + Math.max(...ways)) / 2;
}

function laneGround({ lane, top, bottom }: PlacedLane, x: Columns): string {
  const width = x.cloudEnd - x.cloud - 28;
  return (
    `<rect class="lane" x="${x.cloud + 14}" y="${top}" width="${width}" height="${bottom - top}" rx="8"/>` +
    `<text class="quiet" x="${x.entry}" y="${top + 21}">${escaped(lane.title)}</text>`
  );
}

/** The way of requests, the look-up of names, and the order in which things are made. */
function wires(placed: PlacedLane, browser: Box, x: Columns): string[] {
  const { lane, boxes, users, way } = placed;
  const box = (kind: Part['kind']) => {
    const part = partOf(lane, kind);
    return part && boxes.get(part);
  };
  const stops = [box('entry'), box('securityGroup'), box('port'), box('instance')].flatMap((one) => one ?? []);
  const from = browser.y + browser.height / 2;
  const out = browser.x + browser.width;
  const bend = out + (x.cloud - out) / 2;
  const found: string[] = [];
  let start = `M${out} ${from} H${bend} V${way}`;
  for (const stop of [...stops, users]) {
    found.push(wire('request', `${start} H${stop.x - 2}`));
    start = `M${stop.x + stop.width} ${way}`;
  }
  const records = box('records');
  if (records) {
    const y = records.y + records.height / 2;
    found.push(
      wire(
        'lookup',
        `M${browser.x + browser.width / 2} ${y < from ? browser.y : browser.y + browser.height} V${y} H${records.x - 2}`,
      ),
    );
  }
  found.push(...steps(placed, box));
  return found;
}

function steps({ lane, boxes }: PlacedLane, box: (kind: Part['kind']) => Box | undefined): string[] {
  const [records, readiness, instance] = [box('records'), box('readiness'), box('instance')];
  const has = (from: Box | undefined, to: Box | undefined) =>
    lane.steps.some((step) => {
      const boxOf = (id: string) => [...boxes].find(([part]) => part.id === id)?.[1];
      return from !== undefined && to !== undefined && boxOf(step.from) === from && boxOf(step.to) === to;
    });
  const found: string[] = [];
  if (instance && readiness && has(instance, readiness)) {
    found.push(wire('step', `M${centre(instance)} ${instance.y} V${readiness.y + readiness.height + 2}`));
  }
  if (readiness && records && has(readiness, records)) {
    found.push(wire('step', `M${readiness.x} ${readiness.y + readiness.height / 2} H${records.x + records.width + 2}`));
  }
  const below = [...boxes.values()].filter((one) => instance && one.y > instance.y + instance.height);
  below.forEach((one, index) => {
    if (!instance || !has(one, instance)) return;
    // Each has a way of its own: straight up, or by the space in between.
    const bottom = instance.y + instance.height + 2;
    const enters = Math.max(instance.x + 20, instance.x + instance.width / 2 - index * 24);
    const path = index === 0 ? `V${bottom}` : `V${bottom + 12} H${enters} V${bottom}`;
    found.push(wire('step', `M${index === 0 ? enters : centre(one)} ${one.y} ${path}`));
  });
  return found;
}

function centre({ x, width }: Box): number {
  return x + width / 2;
}

function wire(kind: 'request' | 'lookup' | 'step', path: string): string {
  return `<path class="${kind}" d="${path}" marker-end="url(#${kind})"/>`;
}

function card({ x, y, width, height }: Box, { kind, title, lines }: Words): string {
  const texts = lines.map((line, index) => {
    return `<text class="line" x="${x + padding}" y="${y + titleHeight + 14 + index * lineHeight}">${escaped(line)}</text>`;
  });
  return (
    `<rect class="card ${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>` +
    `<text class="title" x="${x + padding}" y="${y + 22}">${escaped(title)}</text>${texts.join('')}`
  );
}

function legend(x: number, y: number): string {
  const entries = [
    ['request', 'requests'],
    ['lookup', 'names looked up'],
    ['step', 'made before'],
  ] as const;
  return entries
    .map(([kind, text], index) => {
      const left = x + index * 190;
      return `${wire(kind, `M${left} ${y - 4} H${left + 34}`)}<text class="quiet" x="${left + 44}" y="${y}">${text}</text>`;
    })
    .join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const colours = (light: boolean) =>
  light
    ? {
        ground: '#ffffff',
        cloud: '#f3f5f7',
        lane: '#ffffff',
        border: '#c4ccd4',
        text: '#1f2328',
        quiet: '#57606a',
        wire: '#57606a',
        main: '#1a7f37',
        fill: '#e7f5ec',
      }
    : {
        ground: '#0d1117',
        cloud: '#161b22',
        lane: '#0d1117',
        border: '#3d444d',
        text: '#f0f3f6',
        quiet: '#a3adb8',
        wire: '#a3adb8',
        main: '#3fb950',
        fill: '#12301c',
      };

const variables = (light: boolean) =>
  Object.entries(colours(light))
    .map(([name, value]) => `--${name}: ${value};`)
    .join(' ');

const marker = (kind: string, colour: string, width: number) =>
  `<marker id="${kind}" viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="${width}" markerHeight="${width}" orient="auto">` +
  `<path d="M0 0 L8 4 L0 8 z" fill="var(--${colour})"/></marker>`;

const style = `<style>
svg { ${variables(true)} }
@media (prefers-color-scheme: dark) { svg { ${variables(false)} } }
.ground { fill: var(--ground); }
.cloud { fill: var(--cloud); stroke: var(--border); }
.lane { fill: var(--lane); stroke: var(--border); stroke-dasharray: 2 3; }
.card { fill: var(--ground); stroke: var(--wire); }
.instance { fill: var(--fill); stroke: var(--main); stroke-width: 2; }
text { fill: var(--text); font-size: 12.5px; }
.title { font-size: 14px; font-weight: 600; }
.quiet { fill: var(--quiet); }
path.request { stroke: var(--main); stroke-width: 2.6; fill: none; }
path.lookup { stroke: var(--wire); stroke-width: 1.6; stroke-dasharray: 5 4; fill: none; }
path.step { stroke: var(--wire); stroke-width: 1.4; fill: none; }
</style>
<defs>${marker('request', 'main', 6)}${marker('lookup', 'wire', 7)}${marker('step', 'wire', 8)}</defs>`;
