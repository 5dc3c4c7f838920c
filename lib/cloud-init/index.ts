export { type AcmeOptions, acmeCredentials, acmeHook, acmeParts } from './acme';
export { type BaseOptions, baseParts } from './base';
export {
  encodePieces,
  type LateFilesOptions,
  lateFilesParts,
  pieceCount,
  pieceKey,
  pieceLength,
} from './late-files';
export { type UserData, type UserDataOptions, userData, userDataArchive, userDataLimit } from './user-data';
