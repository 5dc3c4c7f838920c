import type { Words } from './parts';
import { type Picture, partOf } from './picture';

/** The picture as a Mermaid flowchart, which GitHub and GitLab draw. */
export function mermaid({ cloud, lanes }: Picture): string {
  const lines = [
    'flowchart LR',
    `  browser${node({ title: 'Browser', lines: [] })}`,
    `  subgraph cloud["${escaped(cloud)}"]`,
  ];
  lanes.forEach((lane, index) => {
    lines.push(`    subgraph r${index}["${escaped(lane.title)}"]`);
    for (const part of lane.parts) lines.push(`      ${part.id}${node(part)}`);
    lines.push('    end');
  });
  lines.push('  end');
  lanes.forEach((lane, index) => {
    const way = ['entry', 'securityGroup', 'port', 'instance'] as const;
    const ids = way.flatMap((kind) => partOf(lane, kind)?.id ?? []);
    const records = partOf(lane, 'records');
    lines.push(`  users${index}${node(lane.users)}`);
    lines.push(`  ${['browser', ...ids, `users${index}`].join(' ==> ')}`);
    if (records) lines.push(`  browser -. DNS .-> ${records.id}`);
    for (const { from, to } of lane.steps) {
      // These edges are drawn above.
      if (!ids.includes(from) || !ids.includes(to)) lines.push(`  ${from} --> ${to}`);
    }
  });
  return `${lines.join('\n')}\n`;
}

function node({ title, lines }: Pick<Words, 'title' | 'lines'>): string {
  return `["${[`<b>${escaped(title)}</b>`, ...lines.map(escaped)].join('<br/>')}"]`;
}

/** In quotes all is text but quotes and tags; Mermaid's own entities are not read everywhere. */
function escaped(text: string): string {
  return text.replaceAll('"', "'").replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
