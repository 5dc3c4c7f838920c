export { type AcmeOptions, acmeCa, acmeCredentials, acmeParts } from './acme';
export { type BaseOptions, baseParts, optionalPackages, packageList, packages } from './base-system';
export {
  base64Length,
  encodePieces,
  type LateFilesOptions,
  lateFilesParts,
  pieceCount,
  pieceKey,
  pieceLength,
  referenceKey,
} from './late-files';
export { type UserData, type UserDataOptions, userData, userDataArchive, userDataLimit } from './user-data';
