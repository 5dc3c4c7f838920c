import type { HttpBackendConfig, PgBackendConfig, S3BackendConfig } from 'cdktf';
import { z } from 'zod';
import { list, setting, text } from './definition';

/** A schema for each option, of its very type. */
export type Options<T> = { [Name in keyof T]-?: z.ZodType<T[Name]> };

// The options of Terraform's backends, as CDKTF names them. Their values are Terraform's business, so only the kind of
// each is checked here; the compiler asks for every name.

const some = text().optional();
const flag = z.boolean().optional();
const count = z.int().min(0).optional();
const texts = list(text())
  .transform((items) => [...items])
  .optional();
const tags = z.record(z.string(), z.string()).optional();
const hidden = setting(text(), { secret: true }).optional();

export const s3Options: Options<S3BackendConfig> = {
  bucket: text(),
  key: text(),
  region: some,
  endpoint: some,
  endpoints: z.strictObject({ dynamodb: some, iam: some, s3: some, sso: some, sts: some }).optional(),
  usePathStyle: flag,
  forcePathStyle: flag,
  profile: some,
  encrypt: flag,
  acl: some,
  accessKey: hidden,
  secretKey: hidden,
  token: hidden,
  kmsKeyId: some,
  sseCustomerKey: hidden,
  dynamodbTable: some,
  workspaceKeyPrefix: some,
  sharedConfigFiles: texts,
  sharedCredentialsFile: some,
  sharedCredentialsFiles: texts,
  customCaBundle: some,
  insecure: flag,
  httpProxy: some,
  httpsProxy: some,
  noProxy: some,
  maxRetries: count,
  retryMode: some,
  allowedAccountIds: texts,
  forbiddenAccountIds: texts,
  skipCredentialsValidation: flag,
  skipRegionValidation: flag,
  skipRequestingAccountId: flag,
  skipMetadataApiCheck: flag,
  skipS3Checksum: flag,
  useLegacyWorkflow: flag,
  ec2MetadataServiceEndpoint: some,
  ec2MetadataServiceEndpointMode: some,
  dynamodbEndpoint: some,
  iamEndpoint: some,
  stsEndpoint: some,
  stsRegion: some,
  roleArn: some,
  externalId: some,
  sessionName: some,
  assumeRolePolicy: some,
  assumeRolePolicyArns: texts,
  assumeRoleTags: tags,
  assumeRoleTransitiveTagKeys: texts,
  assumeRole: z
    .strictObject({
      roleArn: text(),
      duration: some,
      externalId: some,
      policy: some,
      policyArns: texts,
      sessionName: some,
      sourceIdentity: some,
      tags,
      transitiveTagKeys: texts,
    })
    .optional(),
  assumeRoleWithWebIdentity: z
    .strictObject({
      roleArn: some,
      duration: some,
      policy: some,
      policyArns: texts,
      sessionName: some,
      webIdentityToken: hidden,
      webIdentityTokenFile: some,
    })
    .optional(),
};

export const httpOptions: Options<HttpBackendConfig> = {
  address: text(),
  updateMethod: some,
  lockAddress: some,
  lockMethod: some,
  unlockAddress: some,
  unlockMethod: some,
  username: some,
  password: hidden,
  skipCertVerification: flag,
  retryMax: count,
  retryWaitMin: count,
  retryWaitMax: count,
  clientCertificatePem: some,
  clientPrivateKeyPem: hidden,
  clientCaCertificatePem: some,
};

export const pgOptions: Options<PgBackendConfig> = {
  connStr: setting(text(), { secret: true }),
  schemaName: some,
  skipSchemaCreation: flag,
  skipTableCreation: flag,
  skipIndexCreation: flag,
};
