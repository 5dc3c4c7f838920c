import { rankFlavors, rankImages, rankNetworks, releaseOf } from '../../cli/init/survey';
import type { Flavor, Image, Network, Subnet } from '../../cli/services/openstack/resources';

const image = (name: string, more: Partial<Image> = {}): Image => ({
  id: name,
  name,
  status: 'active',
  created_at: '2025-01-01T00:00:00Z',
  disk_format: 'qcow2',
  min_disk: 0,
  min_ram: 0,
  visibility: 'public',
  ...more,
});

test('images: the newest release first, plain names before others, unknown ones last', () => {
  const all = [
    image('CentOS 9'),
    image('ubuntu-22.04'),
    image('debian-12-bare'),
    image('debian-12'),
    image('Featured', { os_distro: 'ubuntu', os_version: '24.04' }),
    image('debian-13-genericcloud'),
  ];
  expect(rankImages(all).map(({ name }) => name)).toEqual([
    'debian-13-genericcloud',
    'debian-12',
    'debian-12-bare',
    'Featured',
    'ubuntu-22.04',
    'CentOS 9',
  ]);
});

test('images that do not boot are omitted, and only the newest of one name is listed', () => {
  const all = [
    image('debian-12', { id: 'old' }),
    image('debian-12', { id: 'new', created_at: '2026-01-01T00:00:00Z' }),
    image('debian-12-kernel', { disk_format: 'aki' }),
    image('debian-12-iso', { disk_format: 'iso' }),
    image('debian-12-queued', { status: 'queued' }),
    image('debian-12-hidden', { os_hidden: true }),
  ];
  expect(rankImages(all).map(({ id }) => id)).toEqual(['new']);
});

test.each([
  ['Debian 12 (bookworm)', 'Debian 12'],
  ['debian-13-backports', 'Debian 13'],
  ['Ubuntu-24.04-LTS', 'Ubuntu 24.04'],
  ['ubuntu-jammy-server', 'Ubuntu 22.04'],
  ['debian-11', undefined],
  ['ubuntu-20.04', undefined],
  ['rocky-9', undefined],
])('%s is %s', (name, release) => expect(releaseOf(image(name))).toBe(release));

test('flavors: the smallest with enough of everything first', () => {
  const flavor = (name: string, vcpus: number, ram: number, disk: number, disabled = false): Flavor => ({
    id: name,
    name,
    vcpus,
    ram,
    disk,
    'OS-FLV-DISABLED:disabled': disabled,
  });
  const all = [
    flavor('large', 8, 16384, 80),
    flavor('tiny', 1, 512, 10),
    flavor('small disk', 1, 1024, 2),
    flavor('two cores', 2, 2048, 20),
    flavor('small', 1, 2048, 20),
    flavor('gone', 1, 1024, 10, true),
  ];
  expect(rankFlavors(all).map(({ name }) => name)).toEqual(['small', 'two cores', 'large', 'small disk', 'tiny']);
});

test('networks: shared ones first, then external ones, with their IPv4 subnets', () => {
  const network = (name: string, shared: boolean, external: boolean): Network => ({
    id: name,
    name,
    shared,
    'router:external': external,
    status: 'ACTIVE',
  });
  const subnet = (network_id: string, ip_version: 4 | 6) => ({
    network_id,
    ip_version,
    cidr: `${network_id}/${ip_version}`,
  });
  const ranked = rankNetworks(
    [
      network('own', false, false),
      network('ext', false, true),
      network('other', true, false),
      network('public', true, true),
    ],
    [subnet('public', 4), subnet('public', 6), subnet('own', 4)] as Subnet[],
  );
  expect(ranked.map(({ name }) => name)).toEqual(['public', 'other', 'ext', 'own']);
  expect(ranked[0]?.subnets.map(({ cidr }) => cidr)).toEqual(['public/4']);
});
