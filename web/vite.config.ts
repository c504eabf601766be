import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Where the API listens while the console is developed or tested apart from the binary that embeds it.
const api = process.env.BELLBIRD_URL ?? 'http://127.0.0.1:8080';

// The API refuses writes with cookies from another origin than its own (docs/authentication.md), so the proxy
// speaks for the page: towards the API both are one origin, as they are when the binary serves the console itself.
const proxy = Object.fromEntries(
  ['/api', '/docs', '/openapi.yaml', '/health'].map((path) => [
    path,
    { target: api, changeOrigin: true, headers: { origin: api } },
  ]),
);

export default defineConfig({
  plugins: [react()],
  server: { host: '127.0.0.1', port: 5173, proxy },
  preview: { host: '127.0.0.1', proxy },
  build: { manifest: true, chunkSizeWarningLimit: 800 },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'] },
});
