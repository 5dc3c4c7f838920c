import { suggestion } from '../../arguments';
import { failed, needs, ok, warning } from '../../report';
import { keyPairs } from '../../services/openstack/resources';
import type { RegionCheck } from '../context';

/** What the instance boots from, and on. */
export const image: RegionCheck = {
  name: 'image',

  async run(context) {
    const found = await context.image();
    const label = `"${found.name ?? found.id}" of ${found.created_at.slice(0, 10)}`;
    if (found.status !== 'active') {
      return failed(
        `${label} is ${found.status}: Terraform uses the newest image of that name`,
        'wait until it is active, or give another ID',
      );
    }
    const flavor = await needs('flavor', context.flavor());
    // A flavor without a disk takes as much as the image needs.
    const disk = Math.max(found.min_disk, Math.ceil((found.virtual_size ?? 0) / 1024 ** 3));
    if (flavor.disk > 0 && flavor.disk < disk) {
      return failed(
        `${label} needs ${disk} GiB of disk, the flavor ${flavor.name} has ${flavor.disk}`,
        'choose a larger flavor',
      );
    }
    if (flavor.ram < found.min_ram) {
      return failed(
        `${label} needs ${found.min_ram} MiB of memory, the flavor ${flavor.name} has ${flavor.ram}`,
        'choose a larger flavor',
      );
    }
    const known = `${found.os_distro ?? ''} ${found.name ?? ''}`;
    if (!/debian|ubuntu/i.test(known)) {
      return warning(
        `${label} does not look like Debian or Ubuntu`,
        'it must be Debian 12 or 13, Ubuntu 22.04 or 24.04, with cloud-init',
      );
    }
    return ok(`${label}, active, ${found.visibility}`);
  },
};

export const flavor: RegionCheck = {
  name: 'flavor',

  async run(context) {
    const found = await context.flavor();
    const label = `${found.name}: ${found.vcpus} vCPU, ${found.ram} MiB, ${found.disk} GiB`;
    if (found['OS-FLV-DISABLED:disabled']) return failed(`${label}, but it is disabled`, 'choose another flavor');
    if (found.ram < 512) return warning(label, 'cloud-init and Nginx need 512 MiB; 1024 serve thousands of users');
    return ok(label);
  },
};

/** SSH needs a key and a network that it may come from. */
export const keyPair: RegionCheck = {
  name: 'key pair',

  async run(context) {
    const { keyPair: wanted, adminNetworks } = context.region;
    if (wanted === undefined) {
      if (adminNetworks.length === 0) return ok('none: no SSH to the instance');
      return warning('adminNetworks opens SSH, but no key is on the instance', "keyPair: 'name'");
    }
    const session = await context.connected();
    const names = await keyPairs(session, context.name);
    if (!names.includes(wanted)) {
      const those = names.length > 0 ? suggestion(wanted, names) : 'none exists';
      return failed(
        `this user has no key pair "${wanted}"; ${those}`,
        `openstack keypair create --public-key FILE ${wanted}`,
      );
    }
    if (adminNetworks.length === 0)
      return warning(`"${wanted}" exists, but SSH is closed`, "adminNetworks: ['192.0.2.0/24']");
    return ok(`"${wanted}"`);
  },
};
