import './cli/uncaught';
import { App } from 'cdktf';
import { UapStack } from './lib';
import { clouds } from './stacks';

// CDKTF records a stack trace for each token; to look those up in source maps would take a fifth of the time.
// A mistake in stacks/ still shows its line: those files are read before this.
process.setSourceMapsEnabled(false);

const app = new App({ stackTraces: false });
for (const cloud of clouds) new UapStack(app, cloud);
app.synth();
