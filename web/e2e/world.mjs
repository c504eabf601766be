// Worlds to test in: the real binary, started on free ports with data of its own, and the console in front of it.
// Only processes started here are ended, by their ids.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { preview } from 'vite';

const binary = process.env.BELLBIRD_BIN ?? '../target/debug/bellbird';

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function until(what, question, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await question().catch(() => undefined);
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A world to be filled: what is started in it ends with it. */
class World {
  children = [];
  ends = [];
  home = mkdtempSync(join(tmpdir(), 'bellbird-web-'));
  env = { ...process.env, BELLBIRD_SECRET_KEY: randomBytes(32).toString('base64') };

  start(args) {
    const child = spawn(binary, args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (child.output += data));
    this.children.push(child);
    return child;
  }

  run(args) {
    return new Promise((resolve, reject) => {
      const child = this.start(args);
      child.on('exit', (code) => (code === 0 ? resolve(child.output) : reject(new Error(child.output))));
    });
  }

  /**
   * The console, as one origin with the API: the binary's own if it has one; else, or where `CONSOLE=dist` asks for
   * it, the one that was built into `dist`.
   */
  async serveConsole(url) {
    this.api = url;
    await until('the API', async () => (await fetch(`${url}/health`)).ok);
    const page = await fetch(url, { headers: { accept: 'text/html' } }).catch(() => undefined);
    const embedded = page?.ok && (await page.text()).includes('id="root"');
    if (embedded && process.env.CONSOLE !== 'dist') return (this.url = url);
    process.env.BELLBIRD_URL = url;
    const server = await preview({
      preview: { port: await freePort(), host: '127.0.0.1' },
      logLevel: 'warn',
    });
    this.ends.push(() => server.close());
    return (this.url = server.resolvedUrls.local[0].replace(/\/$/, ''));
  }

  async stop() {
    for (const end of this.ends) await end();
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGTERM');
    await Promise.all(
      this.children.map(
        (child) => child.exitCode !== null || new Promise((resolve) => child.on('exit', resolve)),
      ),
    );
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Nobody has signed up yet; beside it a sandbox with a number that can be connected. */
export async function emptyWorld() {
  const world = new World();
  const [port, sandbox] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const config = join(world.home, 'config.toml');
  writeFileSync(
    config,
    [
      '[database]',
      `url = "sqlite:${join(world.home, 'bellbird.db')}"`,
      '[http]',
      `addr = "127.0.0.1:${port}"`,
      '[meta]',
      `graph_url = "http://127.0.0.1:${sandbox}"`,
      'app_secret = "sandbox-app-secret"',
      'verify_token = "sandbox-verify-token"',
    ].join('\n'),
  );
  await world.run(['migrate', 'up', '--config', config]);
  world.start(['sandbox', '--addr', `127.0.0.1:${sandbox}`, '--webhook-url', `${url}/webhooks/whatsapp`]);
  world.start(['serve', '--config', config]);
  await world.serveConsole(url);
  return world;
}

/** The demo: an organization with 500 customers, a number, a template and a campaign that is over; and settings of ours. */
export async function demoWorld(settings = {}) {
  const world = new World();
  Object.assign(world.env, settings);
  const port = await freePort();
  const demo = world.start(['demo', '--port', String(port), '--data-dir', join(world.home, 'demo')]);
  world.key = await until('the demo', async () => /bb_[0-9a-f]{46,}/.exec(demo.output)?.[0]);
  await until('the end of its campaign', async () => demo.output.includes('Still serving'));
  await world.serveConsole(`http://127.0.0.1:${port}`);
  return world;
}

/** A request as a program makes it, with the demo's key. */
export async function ask(world, path, body, method = body ? 'POST' : 'GET') {
  const response = await fetch(world.api + path, {
    method,
    headers: { authorization: `Bearer ${world.key}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
