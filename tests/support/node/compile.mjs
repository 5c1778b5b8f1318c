// Compiles every .sol file of a folder into one JSON object: name -> { abi, creation, runtime }, keys sorted.
//   node compile.mjs          the demo's contracts and the kit's own, into their compiled.json
//   node compile.mjs FOLDER   prints
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const here = dirname(fileURLToPath(import.meta.url));
const ours = ["../../../data/cases/dprk-900k/contracts", "../contracts"].map((folder) => join(here, folder));
const [given] = process.argv.slice(2);
const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
};

function compile(folder) {
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
  return `${JSON.stringify(sorted(contracts), null, 1)}\n`;
}

if (given) process.stdout.write(compile(given));
else for (const folder of ours) writeFileSync(join(folder, "compiled.json"), compile(folder));
