import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const folder = join(__dirname, '../../docs/examples');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

test('GitHub Actions: nightly, one at a time, without questions', () => {
  const { on, concurrency, jobs } = parse(read('github-actions.yml'));
  expect(on.schedule).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \* \* \*$/) }]);
  expect(concurrency).toBe('uap');
  const commands = jobs.deploy.steps.map(({ run }: { run?: string }) => run);
  expect(commands.at(-1)).toBe('npx cdktf deploy ${{ matrix.cloud }} --auto-approve');
});

test('GitLab: by a schedule, one at a time, without questions', () => {
  const { deploy } = parse(read('gitlab-ci.yml'));
  expect(deploy.rules[0].if).toContain('schedule');
  expect(deploy.resource_group).toBe('uap-$CLOUD');
  expect(deploy.script).toEqual(['npx cdktf deploy "$CLOUD" --auto-approve']);
});

const analyze = '/usr/bin/systemd-analyze';
(existsSync(analyze) ? test : test.skip)('systemd takes service and timer', () => {
  const units = mkdtempSync(join(tmpdir(), 'uap-units-'));
  for (const kind of ['service', 'timer']) {
    copyFileSync(join(folder, `uap-deploy@.${kind}`), join(units, `uap-deploy@my-cloud.${kind}`));
  }
  const verify = () => execFileSync(analyze, ['verify', join(units, 'uap-deploy@my-cloud.timer')], { stdio: 'pipe' });
  expect(verify).not.toThrow();
});
