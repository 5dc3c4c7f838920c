export { type AcmeOptions, acmeCa, acmeCredentials, acmeParts } from './acme';
export {
  type ApplyTimeFilesOptions,
  applyTimeFilesParts,
  base64Length,
  encodePieces,
  pieceCount,
  pieceKey,
  pieceLength,
  referenceKey,
} from './apply-time-files';
export { type BaseOptions, baseParts, optionalPackages, packageList, packages } from './base-system';
export { type UserData, type UserDataOptions, userData, userDataArchive, userDataLimit } from './user-data';
