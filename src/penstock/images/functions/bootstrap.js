// The bootstrap of a Node.js function: loads its handler, calls it for every request, answers in AWS's words.
//
// The other side of `bootstrap.py`, with the same frames on handle 3 (two lengths, a head in JSON, a payload). Standard
// output is the function's alone; what `console` says gets the time, the request's id and a level in front, as on Lambda.
"use strict";

const fs = require("fs");
const nodeModule = require("module");
const net = require("net");
const path = require("path");
const util = require("util");
const { pathToFileURL } = require("url");

const CHANNEL = 3;
const PLACE = "/var/runtime/index.mjs"; // what a function is told that this file is
const channel = new net.Socket({ fd: CHANNEL, readable: true, writable: true });
let requestId = "";

// ------------------------------------------------------------------------------------------------------- frames

function send(head, payload = Buffer.alloc(0)) {
  const text = Buffer.from(JSON.stringify(head));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(text.length, 0);
  lengths.writeUInt32BE(payload.length, 4);
  return new Promise((sent) => channel.write(Buffer.concat([lengths, text, payload]), sent));
}

async function* requests() {
  let rest = Buffer.alloc(0);
  for await (const piece of channel) {
    rest = rest.length ? Buffer.concat([rest, piece]) : piece;
    while (rest.length >= 8) {
      const head = rest.readUInt32BE(0);
      const payload = rest.readUInt32BE(4);
      if (rest.length < 8 + head + payload) break;
      yield [JSON.parse(rest.subarray(8, 8 + head).toString()), rest.subarray(8 + head, 8 + head + payload)];
      rest = rest.subarray(8 + head + payload);
    }
  }
}

// ---------------------------------------------------------------------------------------------------------- log

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const inJson = process.env.AWS_LAMBDA_LOG_FORMAT === "JSON";
const least = inJson ? LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL) : 0;

for (const [method, level] of Object.entries({
  log: "INFO", info: "INFO", debug: "DEBUG", trace: "TRACE", warn: "WARN", error: "ERROR",
})) {
  const isHeard = LEVELS.indexOf(level) >= least;
  const told = inJson ? (said) => write(record(level, said)) : (said) => say(level, util.format(...said));
  console[method] = (...said) => isHeard && told(said);
}

function say(level, text) {
  write(`${new Date().toISOString()}\t${requestId}\t${level}\t${text}`);
}

function write(line) {
  fs.writeSync(1, `\x1e${line.replaceAll("\n", "\x1f")}\n`);
}

// What was said as one object in JSON: a single value as it is, the first error also as what it is.
function record(level, said) {
  const told = { timestamp: new Date().toISOString(), level, requestId };
  if (said.length === 1) {
    try {
      return JSON.stringify({ ...told, message: said[0] }, (_, value) => (value instanceof Error ? parts(value) : value));
    } catch {
      return JSON.stringify({ ...told, message: util.format(said[0]) });
    }
  }
  const problem = said.find((each) => each instanceof Error);
  return JSON.stringify({ ...told, message: util.format(...said), ...(problem && parts(problem)) });
}

function parts(problem) {
  const stackTrace = String(problem.stack || "").split("\n");
  return { errorType: problem.constructor.name, errorMessage: problem.message, stackTrace };
}

// ---------------------------------------------------------------------------------------------- the way to Penstock

// Functions answer CloudFormation as AWS shows it: by `https`, at the host of the address that they were given, port 443.
// Where that host is Penstock's, they reach it as it listens.
function reachPenstock() {
  if (!process.env.AWS_ENDPOINT_URL) return;
  const http = require("http");
  const https = require("https");
  const penstock = new URL(process.env.AWS_ENDPOINT_URL);
  const ways = { "http:": { request: http.request, agent: http.globalAgent }, "https:": { request: https.request } };
  const ports = ["", "443", penstock.port];
  https.request = (where, ...rest) => {
    const told = typeof where === "string" || where instanceof URL ? optionsOf(where) : where;
    const isOurs = (told.hostname || told.host) === penstock.hostname && ports.includes(String(told.port || ""));
    if (!isOurs) return ways["https:"].request(where, ...rest);
    const { request, agent } = ways[penstock.protocol];
    return request({ ...told, protocol: penstock.protocol, port: penstock.port, agent }, ...rest);
  };
  nodeModule.syncBuiltinESMExports();
}

function optionsOf(address) {
  return require("url").urlToHttpOptions(new URL(address));
}

// ----------------------------------------------------------------------------------------------------- failures

class Fault extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

// A failure as callers are told of it: the trace ends where the function's own code does.
function account(problem) {
  if (!(problem && problem.stack)) return { errorType: typeof problem, errorMessage: String(problem), trace: [] };
  const lines = hidden(problem.stack).split("\n");
  const end = lines.findIndex((line) => line.includes(PLACE) && line.trim().startsWith("at "));
  return {
    errorType: problem.name,
    errorMessage: hidden(problem.message),
    trace: end < 0 ? lines : lines.slice(0, end),
  };
}

function hidden(text) {
  return String(text).split(__filename).join(PLACE);
}

// ------------------------------------------------------------------------------------------------------ loading

async function load(name) {
  const folder = path.dirname(name);
  const [file, ...names] = path.basename(name).split(".");
  if (!names.length) throw new Fault("Runtime.MalformedHandlerName", "Bad handler");
  const base = path.join(process.env.LAMBDA_TASK_ROOT, folder, file);
  const found = [".js", ".mjs", ".cjs", ""].map((ending) => base + ending).find((each) => isFile(each));
  if (!found) throw new Fault("Runtime.ImportModuleError", `Error: Cannot find module '${file}'`);
  let module;
  try {
    module = found.endsWith(".mjs") || isModulePackage(found) ? await imported(found) : require(found);
  } catch (problem) {
    if (problem instanceof SyntaxError) throw new Fault("Runtime.UserCodeSyntaxError", String(problem));
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(problem && problem.code)) {
      const lacks = problem.message.includes("'@aws-sdk/") && process.env.PENSTOCK_NO_SDK;
      const reason = lacks ? `\nAWS's SDK is not there: ${process.env.PENSTOCK_NO_SDK}` : "";
      throw new Fault("Runtime.ImportModuleError", `${problem}${reason}`);
    }
    throw problem;
  }
  const handler = names.reduce((inside, each) => inside && inside[each], module);
  if (handler === undefined) throw new Fault("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw new Fault("Runtime.HandlerNotFound", `${name} is not a function`);
  return handler;
}

// ES modules do not look into NODE_PATH; on Lambda they find what is there all the same.
const LOOK = `
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
const { resolve: find } = createRequire("file:///var/runtime/");
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (problem) {
    if (problem.code !== "ERR_MODULE_NOT_FOUND" || /^[./]|:/.test(specifier)) throw problem;
    let found;
    try { found = find(specifier); } catch { throw problem; }
    return next(pathToFileURL(found).href, context);
  }
}`;

function imported(file) {
  nodeModule.register?.(`data:text/javascript,${encodeURIComponent(LOOK)}`);
  return import(pathToFileURL(file));
}

function isFile(name) {
  return fs.existsSync(name) && fs.statSync(name).isFile();
}

// Whether a `.js` file is an ES module, by the package.json that is nearest above it.
function isModulePackage(file) {
  if (!file.endsWith(".js")) return false;
  for (let folder = path.dirname(file); folder.startsWith(process.env.LAMBDA_TASK_ROOT); folder = path.dirname(folder)) {
    const told = path.join(folder, "package.json");
    if (isFile(told)) return JSON.parse(fs.readFileSync(told)).type === "module";
  }
  return false;
}

// ------------------------------------------------------------------------------------------------------ calling

function contextOf(head) {
  const due = Date.now() + head.longest * 1000;
  const told = head.client_context ? JSON.parse(Buffer.from(head.client_context, "base64").toString()) : undefined;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: head.request_id,
    invokedFunctionArn: head.arn,
    clientContext: told,
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(0, due - Date.now()),
  };
}

// A handler answers by what it returns (a promise, perhaps), by its callback, or with null when nothing is left to do.
let giveUp = () => {};
process.on("beforeExit", () => giveUp());

function call(handler, event, context) {
  channel.unref();
  return new Promise((resolve, reject) => {
    giveUp = () => resolve(null);
    const callback = (problem, result) => (problem ? reject(problem) : resolve(result));
    Object.assign(context, { done: callback, succeed: resolve, fail: reject });
    const result = handler(event, context, callback);
    if (result && typeof result.then === "function") result.then(resolve, reject);
  }).finally(() => {
    giveUp = () => {};
    channel.ref();
  });
}

function marshalled(result) {
  try {
    return Buffer.from(result === undefined ? "null" : JSON.stringify(result) ?? "null");
  } catch (problem) {
    throw new Fault("Runtime.MarshalError", `Unable to stringify response body: ${problem.message}`);
  }
}

async function reply(way, payload, leaving = false) {
  await send({ do: way, peak_mib: process.resourceUsage().maxRSS >> 10, leaving }, payload);
  if (leaving) process.exit(1);
}

async function fail(problem, leaving) {
  const told = account(problem);
  if (inJson) {
    const { errorType, errorMessage, trace } = told;
    const timestamp = new Date().toISOString();
    write(JSON.stringify({ timestamp, level: "ERROR", requestId, message: { errorType, errorMessage, stackTrace: trace } }));
  } else {
    say("ERROR", `Invoke Error \t${JSON.stringify({ ...told, stack: told.trace, trace: undefined })}`);
  }
  await reply("failed", Buffer.from(JSON.stringify(told)), leaving);
}

async function serve() {
  reachPenstock();
  let handler, fault;
  try {
    handler = await load(process.env._HANDLER);
  } catch (problem) {
    fault = problem;
  }
  await send({ do: "ready" });
  for await (const [head, payload] of requests()) {
    requestId = head.request_id;
    try {
      if (!handler) throw fault;
      await reply("answered", marshalled(await call(handler, JSON.parse(payload), contextOf(head))));
    } catch (problem) {
      await fail(problem, !handler);
    }
  }
  process.exit(0);
}

process.on("uncaughtException", (problem) => fail(problem, true));
process.on("unhandledRejection", (problem) => {
  const told = new Fault("Runtime.UnhandledPromiseRejection", String(problem));
  fail(told, true);
});
serve();
