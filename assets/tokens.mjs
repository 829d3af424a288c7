// Turns the colours of the UI's tokens.css (OKLCH) into assets/tokens.json (sRGB), which exported charts read.
// Run it after a colour changed:  node assets/tokens.mjs PATH/TO/tokens.css
import { readFileSync, writeFileSync } from "node:fs";

const clamp = (value) => Math.min(1, Math.max(0, value));
const gamma = (value) => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);

/** OKLCH to `#rrggbb`, or `#rrggbbaa` when it lets something through. */
function hex(lightness, chroma, hue, alpha = 1) {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    gamma(clamp(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)),
    gamma(clamp(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)),
    gamma(clamp(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)),
  ];
  if (alpha < 1) channels.push(alpha);
  return "#" + channels.map((c) => Math.round(clamp(c) * 255).toString(16).padStart(2, "0")).join("");
}

const source = process.argv[2];
if (!source) {
  console.error("name the tokens.css to read: node assets/tokens.mjs PATH/TO/tokens.css");
  process.exit(2);
}
const css = readFileSync(source, "utf8").replace(/\/\*[^]*?\*\//g, "");
const themes = {};
for (const [, selector, body] of css.matchAll(/([^{}]*\[data-theme="?[a-z]+"?\][^{}]*)\{([^{}]*)\}/g)) {
  const name = /data-theme="?([a-z]+)/.exec(selector)[1];
  const colours = (themes[name] ??= {});
  const colour = /--([\w-]+):\s*oklch\(\s*([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*(?:\/\s*([\d.]+)\s*)?\)/g;
  for (const [, token, ...parts] of body.matchAll(colour)) {
    colours[token] = hex(...parts.map((part) => (part === undefined ? undefined : Number(part))));
  }
}
writeFileSync(new URL("tokens.json", import.meta.url), JSON.stringify(themes, null, 1) + "\n");
console.log(Object.entries(themes).map(([name, colours]) => `${name}: ${Object.keys(colours).length} colours`).join(", "));
