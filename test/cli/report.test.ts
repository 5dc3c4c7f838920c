import { exitCode, reportText, type Section, writeReport } from '../../cli/report';

const sections: Section[] = [
  {
    title: 'RegionOne  proxy.cloud.org',
    rows: [
      { what: 'DNS', result: 'ok', detail: '149.165.152.7' },
      {
        what: 'certificate',
        result: 'failed',
        detail: 'expired three days ago',
        todo: 'renew it by npx cdktf deploy small, and let a scheduler do so every day',
      },
    ],
  },
  { title: 'RegionTwo  two.cloud.org', rows: [{ what: 'WebSocket', result: 'not checked', detail: 'give --target' }] },
];
const stdout = { write: () => undefined };

test('a table for people', () => {
  const text = reportText(sections, { stdout: { ...stdout, columns: 80 }, env: {} });
  expect(text).toMatchInlineSnapshot(`
    "RegionOne  proxy.cloud.org
      DNS          ok           149.165.152.7
      certificate  failed       expired three days ago
                                to do: renew it by npx cdktf deploy small, and let a
                                scheduler do so every day

    RegionTwo  two.cloud.org
      WebSocket    not checked  give --target

    1 ok, 1 failed, 1 not checked
    "
  `);
});

test('results are in colour on a terminal, and nowhere else', () => {
  expect(reportText(sections, { stdout: { ...stdout, isTTY: true }, env: {} })).toContain(
    '\u001b[31mfailed     \u001b[39m',
  );
  expect(reportText(sections, { stdout: { ...stdout, isTTY: true }, env: { NO_COLOR: '1' } })).not.toContain('\u001b');
});

test('JSON for machines', () => {
  let out = '';
  const io = { stdout: { write: (text: string) => (out += text) }, stderr: stdout, env: {}, cwd: '/' };
  writeReport(io, sections, { cloud: 'small' });
  expect(JSON.parse(out)).toEqual({ ok: false, cloud: 'small', sections });
});

test('the exit code says whether anything failed', () => {
  expect([exitCode(sections), exitCode(sections.slice(1)), exitCode([])]).toEqual([1, 0, 0]);
});
