import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Everything the pages need is in `dist`: no fonts, scripts or pictures from elsewhere. */
export default defineConfig({
  base: './',
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
});
