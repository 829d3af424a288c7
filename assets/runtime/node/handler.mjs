// Finds and loads the function's handler: `folder/file.export.nested`, as
// CommonJS or as an ES module, whichever the file and its package.json say.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { fault } from "./contract.mjs";

const EXTENSIONS = [".js", ".mjs", ".cjs"];
const CHECK_MS = 2_000;

export async function loadHandler(root, name) {
  if (name.includes("..")) {
    throw fault("Runtime.MalformedHandlerName", `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const { modulePath, exportPath } = split(name);
  const found = await load(root, modulePath);
  const handler = pick(found, exportPath) ?? pick(found?.default, exportPath);
  if (handler === undefined || handler === null) {
    throw fault("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  }
  if (typeof handler !== "function") {
    throw fault("Runtime.HandlerNotFound", `${name} is not a function`);
  }
  return handler;
}

function split(name) {
  const file = path.basename(name);
  const dot = file.indexOf(".");
  if (dot < 0) throw fault("Runtime.MalformedHandlerName", "Bad handler");
  return {
    modulePath: path.join(name.slice(0, name.length - file.length), file.slice(0, dot)),
    exportPath: file.slice(dot + 1).split("."),
  };
}

function pick(object, names) {
  return names.reduce((nested, name) => nested?.[name], object);
}

async function load(root, modulePath) {
  const base = path.resolve(root, modulePath);
  const file = [base, ...EXTENSIONS.map((extension) => base + extension)].find(isFile);
  try {
    if (file === undefined) {
      throw Object.assign(new Error(`Cannot find module '${modulePath}'`), { code: "MODULE_NOT_FOUND" });
    }
    if (isModule(root, file)) return await import(pathToFileURL(file).href);
    return createRequire(path.join(root, "noop.js"))(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw fault("Runtime.UserCodeSyntaxError", String(error), located(error, file));
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw fault("Runtime.ImportModuleError", String(error), error.stack);
    }
    throw error;
  }
}

// The stack of a syntax error in an ES module does not say where it is, as that of a CommonJS one does in its first
// lines. Node knows, and tells when it is asked to check the file.
function located(error, file) {
  const stack = String(error.stack);
  if (file === undefined || stack.includes(file)) return stack;
  const checked = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: CHECK_MS });
  const place = String(checked.stderr ?? "").split(/\n\s*at |\nSyntaxError/)[0].trim();
  return place.includes(file) ? `${place}\n${stack}` : stack;
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isModule(root, file) {
  if (file.endsWith(".mjs")) return true;
  if (file.endsWith(".cjs")) return false;
  // The nearest package.json decides, up to the function's own folder.
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (isFile(manifest)) return JSON.parse(fs.readFileSync(manifest, "utf8")).type === "module";
    if (folder === path.resolve(root) || folder === path.dirname(folder)) return false;
  }
}
