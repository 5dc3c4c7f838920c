import { App } from 'cdktf';
import { UapStack } from '../../../lib';
import { clouds } from './clouds';

const app = new App({ stackTraces: false });
for (const cloud of clouds) new UapStack(app, cloud);
app.synth();
