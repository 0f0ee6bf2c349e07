import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// `npm run dev` talks to a running hub: MIRANTE_HUB=http://127.0.0.1:PORT npm run dev.
// Without a hub, open http://localhost:5173/?mock=busy to play the development floor of dev/.
const hub = process.env.MIRANTE_HUB ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  clearScreen: false,
  server: {
    host: '127.0.0.1',
    strictPort: true,
    // The hub checks Host and Origin: show it its own.
    proxy: { '/api': { target: hub, ws: true, changeOrigin: true, rewriteWsOrigin: true, headers: { origin: hub } } },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['es2022', 'safari16'],
    // A strict CSP allows no data: addresses for fonts and scripts.
    assetsInlineLimit: 0,
    sourcemap: false,
  },
  test: { include: ['src/**/*.test.ts', 'dev/**/*.test.ts'], environment: 'node' },
});
