import type { CloudCheck, RegionCheck } from '../context';
import { acmeDirectory, caa } from './acme';
import { credentials } from './credentials';
import { dnsUpdates } from './dns';
import { flavor, image, keyPair } from './image';
import { names } from './names';
import { network, ranges } from './network';
import { metadataItems, quotas } from './quotas';
import { region } from './region';
import { secrets } from './secrets';
import { terraform } from './terraform';

/** In the order in which they are shown; they run side by side. A new check is one more element. */
export const cloudChecks: readonly CloudCheck[] = [terraform, secrets, credentials, acmeDirectory];

export const regionChecks: readonly RegionCheck[] = [
  region,
  network,
  ranges,
  image,
  flavor,
  keyPair,
  quotas,
  metadataItems,
  names,
  dnsUpdates,
  caa,
];
