#!/usr/bin/env node
import { run } from './run';

const { stdout, stderr, env } = process;

// A reader may close the pipe early, as in `uap show cloud-a | head`.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

run(process.argv.slice(2), { stdout, stderr, env, cwd: process.cwd() }).then((code) => {
  process.exitCode = code;
  // Ended by a signal: pending requests must not keep the process alive.
  if (code > 128) process.exit();
});
