// Imported first by an app: a mistake in its settings ends it with the message alone, without the calls that led there.
import { isForPeople } from './errors';

process.on('uncaughtException', (error) => {
  process.stderr.write(isForPeople(error) ? `\n${error.message}\n` : `${error.stack ?? error}\n`);
  process.exit(1);
});
