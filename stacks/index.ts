import { type CloudSpec, cloudsFromYaml } from '../lib';
import { cloudA } from './cloud-a';
import { cloudB } from './cloud-b';

/** The clouds of this app, one stack each: `cdktf deploy <name>`. The app finds the YAML files of this folder itself. */
export const clouds: readonly CloudSpec[] = [cloudA, cloudB, ...cloudsFromYaml(__dirname)];
