// The baseline of `bench/synth/main.ts`: an app with an empty stack.
import { App, TerraformStack } from 'cdktf';

process.setSourceMapsEnabled(false);

const app = new App({ stackTraces: false });
new TerraformStack(app, 'empty');
app.synth();
