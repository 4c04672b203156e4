import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const controllerUrl = process.env.SUBLET_CONTROLLER_URL ?? 'http://127.0.0.1:8080'
const controllerToken = process.env.SUBLET_CONTROLLER_TOKEN ?? ''

/** For work on the page: the controller serves only its own origin and asks for its token. */
const controllerHeaders = { origin: controllerUrl, authorization: `Bearer ${controllerToken}` }

// `protocol` is pure: what a page or a worker does not use must not be shipped.
const treeshake = { moduleSideEffects: (id: string) => !/\/packages\/protocol\//.test(id) }

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    target: 'es2023',
    // No inlined data: URLs, so that the page's content policy can stay narrow.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { treeshake },
  },
  worker: { format: 'es', rolldownOptions: { treeshake } },
  server: {
    proxy: { '/v1': { target: controllerUrl, ws: true, changeOrigin: true, headers: controllerHeaders } },
  },
})
