// How much JavaScript the first visit loads, gzipped: the entry and everything it imports at once. Pages that are
// loaded later do not count. Fails above the limit, so that it is noticed when it happens.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const limit = 250 * 1024;
const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));

function closure(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const imported of manifest[name].imports ?? []) closure(imported, seen);
  return seen;
}

const size = (name) => gzipSync(readFileSync(`dist/${manifest[name].file}`)).length;
const entry = Object.keys(manifest).find((name) => manifest[name].isEntry);
const initial = closure(entry);
// English is loaded before anything is drawn, and the dashboard is the first page.
for (const name of ['src/locales/en/index.ts', 'src/dashboard/DashboardPage.tsx']) closure(name, initial);
let total = 0;
for (const name of initial) {
  const bytes = size(name);
  total += bytes;
  console.log(`${(bytes / 1024).toFixed(1).padStart(8)} kB  ${manifest[name].file}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(8)} kB  first visit, gzipped (at most ${limit / 1024} kB)`);
if (total > limit) process.exit(1);
