import './design/theme.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { asSubletError } from './api/request.ts'
import { withoutToken } from './app/drop-token.ts'
import { router } from './app/router.tsx'
import { restoreTheme } from './design/theme-choice.tsx'

restoreTheme()
history.replaceState(history.state, '', withoutToken(location.href))

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What polls anyway tries again at its next turn; what the caller did wrong stays wrong.
      retry: (failures, error) => failures < 2 && asSubletError(error).retryable,
      retryDelay: 500,
    },
  },
})

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no place for the console')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
