/** @type {import('jest').Config} */
module.exports = {
  ...require('../../jest.config'),
  rootDir: '../..',
  testMatch: ['<rootDir>/test/browser/*.test.ts'],
  testPathIgnorePatterns: [],
  testTimeout: 60_000,
};
