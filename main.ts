import { App } from 'cdktf';
import { UapStack } from './lib';
import { clouds } from './stacks';

const app = new App();
for (const cloud of clouds) new UapStack(app, cloud);
app.synth();
