const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const parents = ['libs', 'services', 'services/connectors'];

/** Files that packages show to others: what the exports of every package.json name. */
function publicFiles() {
  const found = [];
  for (const parent of parents) {
    for (const entry of readdirSync(join(__dirname, parent), { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name === 'connectors') continue;
      const folder = `${parent}/${entry.name}`;
      const manifest = JSON.parse(readFileSync(join(__dirname, folder, 'package.json'), 'utf8'));
      for (const target of Object.values(manifest.exports ?? {})) found.push(`^${join(folder, target).replaceAll('.', '\\.')}$`);
    }
  }
  return found;
}

/** Group 1 is the folder of the package that a file belongs to. */
const inPackage = '^(libs/[^/]+|services/connectors/[^/]+|services/[^/]+|bench|scripts)/';
const connectors = '^services/connectors/';
/** These two start the whole system, so they know the services and the simulators. */
const composers = '^(services/standalone|bench)/';
const tests = '/test/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or a third one is missing. A loop that closes over a type is none at run time.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'services-stand-alone',
      comment: 'A service is deployed and changed without the others; they meet only through messages. Move what both need into a lib.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: [connectors, composers] },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'connectors-know-only-the-sdk',
      comment: 'A connector is written against contracts, kernel and connector-sdk, and knows neither services nor other connectors.',
      severity: 'error',
      from: { path: '^(services/connectors/[^/]+)/', pathNot: tests },
      to: { path: '^(libs|services|bench|scripts)/', pathNot: ['^$1/', '^libs/(contracts|kernel|connector-sdk)/'] },
    },
    {
      name: 'connector-tests-add-the-testkit',
      comment: 'Specs of a connector may also use testkit and the conformance checks.',
      severity: 'error',
      from: { path: '^(services/connectors/[^/]+)/test/' },
      to: { path: '^(libs|services|bench|scripts)/', pathNot: ['^$1/', '^libs/(contracts|kernel|connector-sdk|connector-conformance|testkit)/'] },
    },
    {
      name: 'connector-without-its-simulator',
      comment: 'The simulator stands for the provider, so the connector knows it only over HTTP.',
      severity: 'error',
      from: { path: '^(services/connectors/[^/]+)/src/' },
      to: { path: '^$1/simulator/' },
    },
    {
      name: 'simulator-without-its-connector',
      comment: 'A simulator that uses code of the connector agrees with its mistakes.',
      severity: 'error',
      from: { path: '^(services/connectors/[^/]+)/simulator/' },
      to: { path: '^$1/(src|test)/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'domain/ gets data and returns decisions. It runs code of its own folder, contracts and kernel, and hashes; it may speak in types of other libs.',
      severity: 'error',
      from: { path: '^(services/.+)/src/domain/' },
      to: { pathNot: ['^$1/src/', '^libs/(contracts|kernel)/', '^(node:)?crypto$'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'domain-is-inside',
      comment: 'The rest of a service depends on its domain, never the other way round, not even for a type.',
      severity: 'error',
      from: { path: '^(services/.+)/src/domain/' },
      to: { path: '^$1/src/', pathNot: '^$1/src/domain/' },
    },
    {
      name: 'libs-below-services',
      comment: 'A lib that knows a service ties every service to it.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(services|bench|scripts)/' },
    },
    {
      name: 'nothing-depends-on-programs',
      comment: 'bench and scripts are run, not imported.',
      severity: 'error',
      from: { path: inPackage },
      to: { path: '^(bench|scripts)/', pathNot: '^$1/' },
    },
    {
      name: 'contracts-and-kernel-at-the-bottom',
      comment: 'Everything imports these two, so they import none of ours.',
      severity: 'error',
      from: { path: '^(libs/(?:contracts|kernel))/' },
      to: { path: '^(libs|services)/', pathNot: '^$1/' },
    },
    {
      name: 'packages-through-their-exports',
      comment: 'Another package is reached by its name and only at what its package.json exports; the rest may change without notice.',
      severity: 'error',
      from: { path: inPackage },
      to: { path: '^(libs|services)/', pathNot: ['^$1/', ...publicFiles()] },
    },
    {
      name: 'packages-by-name',
      comment: 'A relative path into another package goes around its exports and its version.',
      severity: 'error',
      from: { path: inPackage },
      to: { path: '^(libs|services|bench|scripts)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'declared-dependencies',
      comment: 'Imported and not in the package.json of the importing package: it works only by luck of the installation. Jest is the tool of the whole workspace.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: '/node_modules/@jest/globals/' },
    },
    {
      name: 'no-dev-dependencies-at-run-time',
      comment: 'A devDependency is absent where the service runs.',
      severity: 'error',
      from: { path: '^(libs|services)/.*(src|simulator)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'test-tools-in-tests-only',
      comment: 'What only a devDependency provides must not be needed where a service runs. standalone is the one program that brings its own servers.',
      severity: 'error',
      from: { path: '^(libs|services)/.*(src|simulator)/', pathNot: '^(services/standalone|libs/testkit|libs/connector-conformance)/' },
      to: { path: '^libs/(testkit|connector-conformance)/' },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere, or to a file that the exports of its package hide.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],

  options: {
    // Type imports count: a type also couples.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/node_modules/\\.cache/'] },
    combinedDependencies: false,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
    skipAnalysisNotInRules: true,
  },
};
