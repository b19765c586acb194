// What does an editor with the YAML language server show of a pipeline?
//
//   node session.mjs SERVER.js SCHEMA.json < STEPS.json > ANSWERS.json
//
// A step is `{ "text": …, "complete": [line, character] }`, with `hover` instead of `complete`, or with neither: then the
// findings are wanted. The answers come in the order of the steps.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [server, schema] = process.argv.slice(2);
const steps = JSON.parse(readFileSync(0, "utf8"));
const settings = {
  yaml: {
    schemas: { [pathToFileURL(schema).href]: "*.yaml" },
    schemaStore: { enable: false },
    completion: true,
    hover: true,
    validate: true,
  },
};

const child = spawn(process.execPath, [server, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
const waiting = new Map();
const findings = new Map();
let number = 0;
let read = Buffer.alloc(0);

function send(message) {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

function ask(method, params) {
  const id = ++number;
  send({ id, method, params });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

function receive(message) {
  if (message.method === "textDocument/publishDiagnostics") {
    findings.get(message.params.uri)?.(message.params.diagnostics);
  } else if (message.method === "workspace/configuration") {
    const result = message.params.items.map(({ section }) => settings[section] ?? null);
    send({ id: message.id, result });
  } else if (message.method && message.id !== undefined) {
    send({ id: message.id, result: null });
  } else if (waiting.has(message.id)) {
    const { resolve, reject } = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) reject(new Error(message.error.message));
    else resolve(message.result);
  }
}

child.stdout.on("data", (data) => {
  read = Buffer.concat([read, data]);
  for (;;) {
    const end = read.indexOf("\r\n\r\n");
    const length = end < 0 ? null : /Content-Length: (\d+)/i.exec(read.subarray(0, end).toString());
    if (!length || read.length < end + 4 + Number(length[1])) return;
    const stop = end + 4 + Number(length[1]);
    const message = JSON.parse(read.subarray(end + 4, stop).toString());
    read = read.subarray(stop);
    receive(message);
  }
});

async function answer(step, index) {
  const uri = `file:///pipeline-${index}.yaml`;
  const found = new Promise((resolve) => findings.set(uri, resolve));
  const textDocument = { uri, languageId: "yaml", version: 1, text: step.text };
  send({ method: "textDocument/didOpen", params: { textDocument } });
  if (step.complete) {
    const [line, character] = step.complete;
    const at = { textDocument: { uri }, position: { line, character } };
    const { items } = await ask("textDocument/completion", at);
    return items.map((item) => item.label);
  }
  if (step.hover) {
    const [line, character] = step.hover;
    const at = { textDocument: { uri }, position: { line, character } };
    return (await ask("textDocument/hover", at))?.contents?.value ?? null;
  }
  return (await found).map(({ message, range }) => `${range.start.line}:${range.start.character} ${message}`);
}

await ask("initialize", {
  processId: process.pid,
  rootUri: null,
  capabilities: {
    workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
    textDocument: {
      completion: { completionItem: { documentationFormat: ["markdown"] } },
      hover: { contentFormat: ["markdown"] },
      publishDiagnostics: {},
    },
  },
});
send({ method: "initialized", params: {} });
send({ method: "workspace/didChangeConfiguration", params: { settings } });

const answers = [];
for (const [index, step] of steps.entries()) answers.push(await answer(step, index));
process.stdout.write(`${JSON.stringify(answers, null, 1)}\n`);
child.kill();
process.exit(0);
