// Checks what the window loads before it can be used: initial JavaScript at most 160 kB, any later chunk at most 200 kB, gzipped.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const INITIAL_KB = 160;
const LATER_KB = 200;
const dist = new URL('../dist/', import.meta.url);
const html = readFileSync(new URL('index.html', dist), 'utf8');

const size = (file) => gzipSync(readFileSync(new URL(`assets/${file}`, dist))).length / 1000;
const files = readdirSync(new URL('assets/', dist)).filter((file) => file.endsWith('.js'));

// What the page names, and everything those files import at once.
const initial = new Set(files.filter((file) => html.includes(file)));
for (const file of initial) {
  const text = readFileSync(new URL(`assets/${file}`, dist), 'utf8');
  for (const [, name] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) initial.add(name);
}

let failed = false;
const sum = [...initial].reduce((total, file) => total + size(file), 0);
console.log(
  `initial JavaScript ${sum.toFixed(1)} kB gzipped, at most ${INITIAL_KB}: ${[...initial].join(', ')}`,
);
if (sum > INITIAL_KB) failed = true;
for (const file of files.filter((one) => !initial.has(one))) {
  const kb = size(file);
  if (kb > LATER_KB) {
    console.log(`${file} is ${kb.toFixed(1)} kB gzipped, at most ${LATER_KB}`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
