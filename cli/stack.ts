import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { type CloudSpec, UapStack } from '../lib';

/** Calls a function with the stack of a cloud, as `cdktf synth` has it, but for what the app's main.ts adds to it. */
export function withStack<T>(spec: CloudSpec, call: (stack: UapStack) => T): T {
  // The framework creates the output folder together with the app.
  const outdir = mkdtempSync(join(tmpdir(), 'uap-stack-'));
  try {
    return call(new UapStack(new App({ outdir, stackTraces: false }), spec));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
