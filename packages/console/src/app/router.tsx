import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import { NewDeploymentPage, type NewSearch } from '../create/new-deployment-page.tsx'
import { DeploymentPage, type DeploymentSearch, type DeploymentView } from '../deployment/deployment-page.tsx'
import { LeaseRedirect } from '../deployment/lease-redirect.tsx'
import { DeploymentsPage } from '../deployments/deployments-page.tsx'
import { Trouble } from '../design/trouble.tsx'
import type { MarketFilter } from '../market/asks-view.ts'
import { MarketPage } from '../market/market-page.tsx'
import { NotFound } from './not-found.tsx'
import { Shell } from './shell.tsx'

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound })

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
/** Leaves out what is not set, so that addresses stay short. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
}

const deploymentsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: DeploymentsPage,
})

const marketRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/market',
  validateSearch: ({ gpu, region, free }: Record<string, unknown>): MarketFilter =>
    present({ gpu: text(gpu), region: text(region), free: free === true ? true : undefined }),
  component: MarketPage,
})

const newRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/new',
  validateSearch: ({ gpu, start }: Record<string, unknown>): NewSearch =>
    present({ gpu: text(gpu), start: text(start) }),
  component: NewDeploymentPage,
})

const views: readonly DeploymentView[] = ['log', 'usage', 'events', 'shell', 'bids', 'details']

const deploymentRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/deployments/$id',
  validateSearch: ({ group, view }: Record<string, unknown>): DeploymentSearch =>
    present({ group: text(group), view: views.find((one) => one === view) }),
  component: DeploymentPage,
})

/** A lease's own address leads to the deployment that holds it. */
const leaseRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/leases/$leaseId',
  component: LeaseRedirect,
})

export const router = createRouter({
  routeTree: rootRoute.addChildren([deploymentsRoute, marketRoute, newRoute, deploymentRoute, leaseRoute]),
  defaultErrorComponent: ({ error }) => <Trouble error={error} />,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
