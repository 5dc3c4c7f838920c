// What `bench/synth/main.ts` compares with: an app with nothing in its stack.
import { App, TerraformStack } from 'cdktf';

process.setSourceMapsEnabled(false);

const app = new App({ stackTraces: false });
new TerraformStack(app, 'empty');
app.synth();
