// main.ts with only cloud-a.
import { App } from 'cdktf';
import { UapStack } from '../../lib';
import { cloudA } from '../../stacks/cloud-a';

process.setSourceMapsEnabled(false);

const app = new App({ stackTraces: false });
new UapStack(app, cloudA);
app.synth();
