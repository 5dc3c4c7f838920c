#!/usr/bin/env node
import { run } from './run';

const { stdout, stderr, env } = process;

// A reader that has seen enough, as in `uap show cloud-a | head`, is no fault.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

run(process.argv.slice(2), { stdout, stderr, env, cwd: process.cwd() }).then((code) => {
  process.exitCode = code;
  // Ended by a signal: nobody waits any more for the answers that are still to come.
  if (code > 128) process.exit();
});
