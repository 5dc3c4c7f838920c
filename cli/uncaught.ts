// Imported first by an app: a mistake in its settings ends it with only the message, without a stack trace.
import { isForPeople } from './errors';

process.on('uncaughtException', (error) => {
  const { message, stack } = error;
  process.stderr.write(`\n${isForPeople(error) ? message : (stack ?? error)}\n`);
  process.exit(1);
});
