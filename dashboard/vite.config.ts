import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run dev` has the server; see scripts/dev.mjs. */
const SERVER = 'http://127.0.0.1:3000';

// biome-ignore lint/style/noDefaultExport: Vite reads its configuration so.
export default defineConfig({
  base: '/app/',
  plugins: [react(), tailwindcss()],
  build: {
    manifest: true,
    // The content security policy allows no data: scripts, and small files are cheap over one connection.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    rolldownOptions: {
      output: {
        // Few files, since each is a request of its own: what every page starts with in two, icons of all pages in one.
        codeSplitting: {
          groups: [
            { name: 'base', test: /node_modules/, tags: ['$initial'], priority: 2 },
            { name: 'parts', test: /dashboard\/src\/(?!main)/, tags: ['$initial'], priority: 1 },
            { name: 'icons', test: /node_modules\/lucide-react/ },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: SERVER, ws: true }, '/health': SERVER, '/ready': SERVER },
  },
});
