// node .ci/summary.mjs EXIT_STATUS_OF_THE_TESTS: prints the failures and counts from the reports.
import { existsSync, readFileSync } from "node:fs";

const report = (name) =>
  existsSync(`.reports/${name}`) && JSON.parse(readFileSync(`.reports/${name}`, "utf8"));

const check = report("check.json") || { passed: 0, failed: ["did not finish"] };
const failures = check.failed.map((name) => `check: ${name}`);
let passed = check.passed;

const tests = report("tests.json");
for (const file of tests ? tests.testResults : []) {
  const results = file.assertionResults;
  passed += results.filter(({ status }) => status === "passed").length;
  const failed = results.filter(({ status }) => status === "failed");
  for (const { fullName, failureMessages } of failed) {
    failures.push(`${file.name}: ${fullName}\n    ${String(failureMessages[0]).split("\n", 1)[0]}`);
  }
  if (file.status === "failed" && failed.length === 0)
    failures.push(`${file.name}: ${file.message}`);
}
const testsExit = Number(process.argv[2]);
if (testsExit !== 0 && failures.length === check.failed.length) {
  failures.push(`tests: exit status ${testsExit}${tests ? "" : ", no report"}`);
}

for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
