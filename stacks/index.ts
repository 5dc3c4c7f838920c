import type { CloudSpec } from '../lib';
import { cloudA } from './cloud-a';
import { cloudB } from './cloud-b';

/** The clouds of this app, one stack each: `cdktf deploy <name>`. */
export const clouds: readonly CloudSpec[] = [cloudA, cloudB];
