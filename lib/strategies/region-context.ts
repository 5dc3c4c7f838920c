/** A region's UAP, as the strategies need to know it. */
export interface RegionContext {
  /** Host name of the UAP. */
  readonly hostname: string;
  /** Entry of clouds.yaml; undefined: the OS_* variables. */
  readonly openstack?: string;
  /** Region as OpenStack calls it; undefined: the cloud's only one. */
  readonly region?: string;
  /** Prefix of the names of what is created in the cloud. */
  readonly namePrefix: string;
  /** Name of the UAP's own resources. */
  readonly name: string;
  /** Description of the UAP's own resources. */
  readonly description: string;
  /** Tags of what is created. @default none */
  readonly tags?: readonly string[];
}
