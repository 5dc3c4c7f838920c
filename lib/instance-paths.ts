/**
 * Folders on an instance. The scripts in `assets` know these paths too, and running instances have them:
 * docs/decisions/0001-names-that-stay.md.
 */

/** Scripts that run on the instance, and the Python modules that they share. */
export const SCRIPTS = '/usr/local/lib/uap';

/** What the scripts and Nginx read: settings, lists of packages, certificates. */
export const CONFIG = '/etc/uap';

/** What the scripts write. */
export const STATE = '/var/lib/uap';

/** Apply-time files as they arrived. */
export const APPLY_TIME_FILES = `${STATE}/late`;

/** Units of systemd, and folders with drop-ins for those of the distribution. */
export const UNITS = '/etc/systemd/system';

/** Settings of the ACME client on the instance. */
export const ACME_SETTINGS = `${CONFIG}/acme.json`;

/** Packages that the instance can't serve without, one a line. */
export const PACKAGES = `${CONFIG}/packages`;

/** Packages that are installed after these, one a line; an instance serves without them. */
export const OPTIONAL_PACKAGES = `${CONFIG}/packages.optional`;
