/** Jest runs the compiled tests: what is tested is what ships, workers and native modules included. */
export default {
  rootDir: '.',
  testMatch: ['<rootDir>/dist/test/**/*.test.js'],
  testEnvironment: 'node',
  transform: {},
  testTimeout: 30_000,
  maxWorkers: '100%',
  modulePathIgnorePatterns: ['<rootDir>/node_modules/aws-cdk/'],
};
