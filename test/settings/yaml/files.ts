import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloudFromYaml } from '../../../lib';
import { type Problem, resolveCloud, SettingsError } from '../../../lib/settings';

/** A folder for YAML files. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'uap-yaml-'));

  write(name: string, content: string | Buffer): string {
    const file = join(this.path, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** What is wrong with settings, each as `line:column path: value`, `wrong` and what to write. */
  problems(content: string | Buffer): string[][] {
    const file = this.write('cloud.yaml', content);
    try {
      resolveCloud(cloudFromYaml(file));
    } catch (error) {
      if (error instanceof SettingsError) return error.problems.map((problem) => told(problem, file));
      throw error;
    }
    return [];
  }
}

function told({ at = 'nowhere', path, value, wrong, fix, example }: Problem, file: string): string[] {
  const setting = [path, value].filter(Boolean).join(': ');
  const place = at.startsWith(file) ? at.slice(file.length + 1) : at;
  return [
    [place, setting].filter(Boolean).join(' '),
    wrong,
    ...(fix !== undefined ? [`write ${fix}`] : example !== undefined ? [`example ${example}`] : []),
  ];
}

/** The least that a cloud has, in 12 lines. */
export const minimal = `name: cloud-a
acme:
  email: ops@cloud.org
dns:
  designate: { zone: cloud.org }
regions:
  - region: RegionOne
    hostname: proxy.cloud.org
    publicNetwork: public
    upstreamRanges: [149.165.152.0/22]
    image: debian-13
    flavor: m1.small
`;
