import { builtinModules } from 'node:module';
import js from '@eslint/js';
import checkFile from 'eslint-plugin-check-file';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const typescript = ['**/*.ts'];
const tests = ['**/test/**/*.ts'];
const configFiles = ['*.config.js', '.dependency-cruiser.cjs'];

/** A bare "fs" and a package called "fs" look the same; "node:fs" cannot be mistaken. */
const bareBuiltins = builtinModules
  .filter((name) => !name.startsWith('_') && !name.startsWith('node:'))
  .map((name) => ({ name, message: `Import it as "node:${name}".` }));

/** Shapes that the code base does without. Each message says what to write instead. */
const syntax = [
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Export by name: a name survives a rename and can be searched for.',
  },
  {
    // A class without a parent is a plain object or a closure; the exceptions are TypeORM migrations, which TypeORM wants as classes.
    selector: ':matches(ClassDeclaration, ClassExpression)[superClass.name!="Error"]:not([implements.0.expression.name="MigrationInterface"])',
    message: 'Write an object or functions. Only error types (extends Error) and TypeORM migrations are classes.',
  },
  { selector: 'TSEnumDeclaration', message: 'Use a union of strings; Node runs only erasable TypeScript.' },
];

/** The domain gets time and ids as arguments, so that a test or a simulation decides them. */
const impure = [
  { selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]', message: 'Pass the time in as nowMs.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Pass the time in as nowMs.' },
  { selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]', message: 'Pass the random number in.' },
];

const focused = [
  {
    selector: 'CallExpression[callee.object.name=/^(describe|it|test)$/][callee.property.name=/^(only|skip|todo)$/], CallExpression[callee.name=/^(fdescribe|fit|xdescribe|xit|xtest)$/]',
    message: 'A focused or skipped test hides what does not work. Run one with -t, or delete it.',
  },
];

/** A file or folder with such a name collects what nobody found a place for. */
const namesThatSayNothing = '{util,utils,helper,helpers,common,base,misc,shared,manager,base-*,common-*,*-util,*-utils,*-helper,*-helpers,*-manager}';

export default defineConfig(
  globalIgnores(['**/node_modules/**', '**/coverage/**', '.data/**', 'libs/contracts/src/generated/**']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,

  {
    files: typescript,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Counts and durations in messages are the normal case; a boolean or an object in a text is a mistake.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `return reply(404)` as an early way out and `() => stop()` as a callback read better on one line than with braces.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // There are no classes of our own: interfaces in method form describe plain objects whose functions use no `this`.
      '@typescript-eslint/unbound-method': 'off',
      // No enums and no class hierarchies, so nothing to find, and a quarter of the running time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Flags Promise.withResolvers<void>(), which is what that is called for.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // [...text] is how a text is counted and cut in code points, which is what providers' length limits mean.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // A function that must return a promise is written async even where it has nothing to await: a throw becomes a rejection.
      '@typescript-eslint/require-await': 'off',
      // TypeScript keeps what it knows across an await, so this calls the `if (signal.aborted)` after a pause needless.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: true }],
      '@typescript-eslint/consistent-type-exports': 'error',
    },
  },

  {
    files: typescript,
    plugins: { 'check-file': checkFile },
    rules: {
      // Small enough to read in one go. The four limits are a ceiling, not a target.
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      complexity: ['error', 12],

      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...syntax],
      'no-restricted-imports': ['error', {
        paths: bareBuiltins,
        patterns: [{ group: ['@pes/*/src/**', '@pes/*/test/**', '@pes/*/simulator/**'], message: 'Reach a package only through the exports of its package.json.' }],
      }],
      // Settings are read once, from a schema, where the process starts. The places that may are listed below.
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Read settings through the config schema of the service.' }],

      'check-file/filename-naming-convention': ['error', { '**/*.ts': 'KEBAB_CASE' }, { ignoreMiddleExtensions: true }],
      'check-file/folder-naming-convention': ['error', { '{libs,services,bench,scripts}/**/': 'KEBAB_CASE' }],
      'check-file/filename-blocklist': [
        'error',
        { [`**/${namesThatSayNothing}{,.*}.ts`]: '*', [`**/${namesThatSayNothing}/**`]: '*' },
        { errorMessage: '{{ target }}: name the file for what is in it, a noun or verb-noun such as retry-schedule.ts.' },
      ],
    },
  },

  {
    files: ['services/**/src/domain/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...syntax, ...impure] },
  },

  {
    files: tests,
    rules: {
      // One describe is one function, and one row of it.each one list of arguments.
      'max-lines-per-function': 'off',
      'max-params': 'off',
      // expect.any(String) and parsed JSON are any; what is done with them is still checked.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      'no-control-regex': 'off',
      // `json<Answer>(response)` in a test is a readable cast.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // A test that reads a missing value fails, which is what it is for.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-syntax': ['error', ...syntax, ...focused],
      'no-restricted-properties': 'off',
    },
  },

  // Programs that people start by hand: their output is the terminal, and they choose the environment of what they start.
  { files: ['scripts/**/*.ts', 'libs/*/scripts/**/*.ts', 'bench/**/*.ts', 'services/standalone/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['libs/service-kit/src/**/*.ts', 'libs/testkit/src/**/*.ts', 'bench/**/*.ts', 'services/standalone/src/**/*.ts', '**/src/main.ts', '**/simulator/main.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },

  { files: ['scripts/*.js'], languageOptions: { globals: { console: 'readonly', process: 'readonly' } } },

  // The tools themselves ask for a default export and for CommonJS.
  { files: configFiles, languageOptions: { globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' } } },
);
