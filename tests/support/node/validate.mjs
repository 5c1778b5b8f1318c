// Says whether JSON files are as a JSON Schema (draft 2020-12) says: node validate.mjs SCHEMA FILE...
// Prints what is wrong, a line each. Ends with 1 if anything is.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

const [schema, ...files] = process.argv.slice(2).map((file) => [file, JSON.parse(readFileSync(file, "utf8"))]);
// What schemars calls the formats of numbers says nothing that the schema's bounds do not.
const formats = Object.fromEntries(["uint", "uint8", "uint16", "uint32", "uint64", "int64"].map((name) => [name, true]));
const ajv = new Ajv2020({ allErrors: true, strict: true, formats });
const validate = ajv.compile(schema[1]);
let isWrong = files.length === 0;
for (const [file, value] of files) {
  if (!validate(value)) {
    isWrong = true;
    for (const error of validate.errors) console.log(`${file}: ${error.instancePath} ${error.message}`);
  }
}
process.exitCode = isWrong ? 1 : 0;
