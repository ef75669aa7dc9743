import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv } from 'vite';

// biome-ignore lint/style/noDefaultExport: Vite reads its configuration so.
export default defineConfig(({ mode }) => {
  // Where `npm run dev` has the server: scripts/dev.mjs says it.
  const { WAYMARK_SERVER: server = 'http://127.0.0.1:3000' } = loadEnv(mode, import.meta.dirname, 'WAYMARK_');
  return {
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
      proxy: { '/api': { target: server, ws: true }, '/health': server, '/ready': server, '/favicon.ico': server },
    },
  };
});
