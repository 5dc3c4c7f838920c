import type { Session } from './session';

/** Resources of the OpenStack APIs, only with the attributes that are used here. */

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly shared: boolean;
  readonly 'router:external'?: boolean;
  readonly status: string;
  readonly admin_state_up?: boolean;
  readonly project_id?: string;
  readonly port_security_enabled?: boolean;
}

export interface Subnet {
  readonly id: string;
  readonly name: string;
  readonly network_id: string;
  readonly cidr: string;
  readonly ip_version: 4 | 6;
  readonly gateway_ip: string | null;
  readonly enable_dhcp: boolean;
  readonly dns_nameservers: readonly string[];
}

export interface Image {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  readonly created_at: string;
  readonly disk_format: string | null;
  /** GiB. */
  readonly min_disk: number;
  /** MiB. */
  readonly min_ram: number;
  /** Bytes. */
  readonly virtual_size?: number | null;
  readonly os_distro?: string;
  readonly os_version?: string;
  readonly os_hidden?: boolean;
  readonly visibility: string;
}

export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  /** MiB. */
  readonly ram: number;
  /** GiB; 0: as the image. */
  readonly disk: number;
  readonly 'OS-FLV-DISABLED:disabled'?: boolean;
}

export interface Zone {
  readonly id: string;
  /** With final dot. */
  readonly name: string;
  readonly status: string;
  readonly type?: string;
  /** Mail address of its owner. */
  readonly email?: string;
  readonly project_id: string;
}

export interface RecordSet {
  readonly id: string;
  /** With final dot. */
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly records: readonly string[];
}

type Region = string | undefined;

export const networks = (session: Session, region: Region) =>
  session.list<Network>('network', region, '/networks', 'networks');

export const subnets = (session: Session, region: Region) =>
  session.list<Subnet>('network', region, '/subnets', 'subnets');

/** Newest first. */
export const images = (session: Session, region: Region) =>
  session.list<Image>('image', region, '/images?sort=created_at:desc&limit=100', 'images');

export const flavors = (session: Session, region: Region) =>
  session.list<Flavor>('compute', region, '/flavors/detail', 'flavors');

export const zones = (session: Session, region: Region) => session.list<Zone>('dns', region, '/zones', 'zones');

export const keyPairs = async (session: Session, region: Region) =>
  (await session.list<{ keypair: { name: string } }>('compute', region, '/os-keypairs', 'keypairs')).map(
    ({ keypair }) => keypair.name,
  );
