export { acmeCa, acmeCredentials, acmeParts } from './acme';
export {
  applyTimeFilesParts,
  base64Length,
  pieceCount,
  pieceKey,
  pieceLength,
  referenceKey,
} from './apply-time-files';
export { baseParts, optionalPackages, packageList, packages } from './base-system';
export { type UserData, userData, userDataArchive, userDataLimit } from './user-data';
