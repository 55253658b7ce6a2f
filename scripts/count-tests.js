/**
 * Prints "N passed, N failed" from the JSON file that Jest writes. Exits 1 when something failed, when nothing ran, and when there is no
 * file. A spec that could not be loaded counts as one failure: its tests ran nowhere.
 *
 * Plain JavaScript, because CI runs it with the Node it finds, which may be too old to run TypeScript.
 */
import { readFileSync } from 'node:fs';

function count(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`No test results: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
}

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: node scripts/count-tests.js <results of jest --json>');
  process.exit(2);
}
const { passed, failed } = count(path);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
