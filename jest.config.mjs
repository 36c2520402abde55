/** Jest runs the compiled tests: what is tested is what ships, workers and native modules included. */
export default {
  rootDir: '.',
  testMatch: ['<rootDir>/dist/test/**/*.test.js'],
  testEnvironment: 'node',
  transform: {},
  // Ends what hangs, on a machine busy with other work too: nothing is judged by its speed.
  testTimeout: 300_000,
  maxWorkers: '100%',
  // Packages of the same name: of the CDK's own tool, and of what `cdk synth` staged here.
  modulePathIgnorePatterns: ['<rootDir>/node_modules/aws-cdk/', '<rootDir>/cdk\\.out/'],
};
