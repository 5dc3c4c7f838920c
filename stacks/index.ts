import { type CloudSpec, cloudsFromYaml } from '../lib';
import { cloudA } from './cloud-a';
import { cloudB } from './cloud-b';

/** The clouds of this app, one stack each: `cdktf deploy <name>`. The YAML files of this folder are found by themselves. */
export const clouds: readonly CloudSpec[] = [cloudA, cloudB, ...cloudsFromYaml(__dirname)];
