import type { InstanceParts } from '../instance-parts';
import { CONFIG, OPTIONAL_PACKAGES, UNITS } from '../instance-paths';
import { asset, library, script, unit } from './assets';

/** Without these no instance serves. They are installed at boot, before Nginx starts. */
export const packages = ['nginx', 'openssl', 'ca-certificates'];

/**
 * Good to have: Nginx's Lua module (with it connections are reused), the guard of the metadata service, and maintenance.
 * They are installed in the background some minutes after the boot, the first two also together with the required ones.
 */
export const optionalPackages = ['libnginx-mod-http-lua', 'nftables', 'logrotate', 'unattended-upgrades'];

export interface BaseOptions {
  /** The UAP's host name: the certificate must be for it and for `*.` it. */
  readonly hostname: string;
  /** Mirror of the distribution's archive, e.g. `http://mirror.cloud.org/debian`. @default - the image's own sources */
  readonly packageMirror?: string;
}

/**
 * What every UAP's instance has: set-up at each boot (packages, kernel settings, time), the guard of the metadata
 * service, Nginx's drop-in, bounded logs, security upgrades, and the script that puts a certificate into use.
 */
export function baseParts({ hostname, packageMirror }: BaseOptions): InstanceParts {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(hostname)) {
    throw new Error(`hostname must be a lower-case DNS name, as in "proxy.cloud.org"; got "${hostname}"`);
  }
  if (packageMirror !== undefined && !/^https?:\/\/\S+$/.test(packageMirror)) {
    throw new Error(`packageMirror must be a URL, as in "http://mirror.cloud.org/debian"; got "${packageMirror}"`);
  }
  return {
    packages,
    files: [
      { path: `${CONFIG}/uap.env`, content: `UAP_HOSTNAME=${hostname}\n` },
      { path: OPTIONAL_PACKAGES, content: packageList(optionalPackages) },
      ...(packageMirror
        ? [{ path: `${CONFIG}/package-mirror`, content: `${packageMirror.replace(/\/+$/, '')}\n` }]
        : []),
      ...['uap.py', 'health.py'].map(library),
      ...['console', 'packages', 'setup', 'certificate'].map(script),
      ...['uap-setup.service', 'uap-firewall.service', 'uap-upkeep.service', 'uap-upkeep.timer'].map((name) =>
        unit(name),
      ),
      {
        path: `${UNITS}/nginx.service.d/uap.conf`,
        content: asset('units/nginx-drop-in.conf', { HOSTNAME: hostname }),
      },
      { path: `${UNITS}/logrotate.timer.d/uap.conf`, content: asset('etc/logrotate-timer.conf') },
      { path: `${CONFIG}/nftables.nft`, content: asset('etc/nftables.nft') },
      { path: '/etc/sysctl.d/60-uap.conf', content: asset('etc/sysctl.conf') },
      { path: '/etc/systemd/journald.conf.d/uap.conf', content: asset('etc/journald.conf') },
      { path: '/etc/apt/apt.conf.d/52uap', content: asset('etc/apt.conf') },
      { path: '/etc/logrotate.d/nginx', content: asset('etc/logrotate-nginx') },
    ],
    units: [{ name: 'uap-setup.service' }, { name: 'uap-firewall.service' }, { name: 'uap-upkeep.timer' }],
  };
}

/** Packages as the script `packages` reads them. */
export function packageList(names: readonly string[]): string {
  return names.map((name) => `${name}\n`).join('');
}
