// Compiles every .sol file of a folder into one JSON object: name -> { abi, creation, runtime }, keys sorted.
//   node compile.mjs          the demo's contracts, into their compiled.json
//   node compile.mjs FOLDER   prints
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const demo = join(dirname(fileURLToPath(import.meta.url)), "../../../data/cases/dprk-900k/contracts");
const [given] = process.argv.slice(2);
const folder = given ?? demo;
const names = readdirSync(folder).filter((name) => name.endsWith(".sol")).sort();
const sources = Object.fromEntries(
  names.map((name) => [name, { content: readFileSync(join(folder, name), "utf8") }]),
);
const input = {
  language: "Solidity",
  sources,
  settings: {
    evmVersion: "london",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
  },
};
const compiled = JSON.parse(solc.compile(JSON.stringify(input)));
const errors = (compiled.errors ?? []).filter((error) => error.severity === "error");
if (errors.length > 0) {
  for (const error of errors) console.error(error.formattedMessage);
  process.exit(1);
}

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
};
const contracts = {};
for (const file of Object.values(compiled.contracts)) {
  for (const [name, contract] of Object.entries(file)) {
    contracts[name] = {
      abi: contract.abi,
      creation: contract.evm.bytecode.object,
      runtime: contract.evm.deployedBytecode.object,
    };
  }
}
const text = `${JSON.stringify(sorted(contracts), null, 1)}\n`;
if (given) process.stdout.write(text);
else writeFileSync(join(demo, "compiled.json"), text);
