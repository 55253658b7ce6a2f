const tier = (name) => ({
  displayName: name,
  testEnvironment: 'node',
  testMatch: [`**/test/**/*.${name}.spec.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' }],
  },
  modulePathIgnorePatterns: ['<rootDir>/.data'],
});

/** The suffix of a spec is its tier: unit in memory; int on real PostgreSQL, NATS and simulators; e2e on whole processes. */
export default {
  projects: [tier('unit'), tier('int'), tier('e2e')],
  maxWorkers: 2,
  testTimeout: 60_000,
};
