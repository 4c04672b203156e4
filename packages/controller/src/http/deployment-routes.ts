import {
  createDeploymentSchema,
  deploymentListSchema,
  deploymentSchema,
  formatFinding,
  pickSchema,
  readWorkload,
  validateRequestSchema,
  validationSchema,
} from '@sublet/protocol'
import { type HttpServer, sendEvents } from '@sublet/service'
import { z } from 'zod'
import type { Deployments } from '../deployment/deployments.ts'

const idParams = z.object({ id: z.string().max(200) })

export function deploymentRoutes(server: HttpServer, deployments: Deployments): void {
  server.post(
    '/v1/validate',
    {
      schema: {
        summary: 'Check a workload file',
        body: validateRequestSchema,
        response: { 200: validationSchema },
      },
    },
    async (request) => {
      const { source, ...options } = request.body
      const { format, workload, findings } = readWorkload(source, { ...options, secretsByName: true })
      return {
        format,
        findings: findings.map((finding) => ({
          ...finding,
          path: [...finding.path],
          text: formatFinding(finding),
        })),
        ...(workload === undefined ? {} : { workload }),
      }
    },
  )
  server.post(
    '/v1/deployments',
    {
      schema: {
        summary: 'Deploy a workload',
        body: createDeploymentSchema,
        response: { 201: deploymentSchema },
      },
    },
    async (request, reply) => reply.code(201).send(await deployments.create(request.body)),
  )
  server.get(
    '/v1/deployments',
    { schema: { summary: 'Every deployment, newest first', response: { 200: deploymentListSchema } } },
    async () => ({ deployments: deployments.list() }),
  )
  server.get(
    '/v1/deployments/:id',
    { schema: { summary: 'One deployment', params: idParams, response: { 200: deploymentSchema } } },
    async (request) => deployments.get(request.params.id),
  )
  server.get(
    '/v1/deployments/:id/events',
    { schema: { summary: 'A deployment now and at every change, as events `deployment`', params: idParams } },
    (request, reply) => {
      const { id } = request.params
      deployments.get(id)
      return sendEvents(reply, (signal) => eventsOf(deployments, id, signal), { schema: deploymentSchema })
    },
  )
  server.post(
    '/v1/deployments/:id/pick',
    {
      schema: {
        summary: 'Choose among the bids',
        params: idParams,
        body: pickSchema,
        response: { 200: deploymentSchema },
      },
    },
    async (request) => deployments.pick(request.params.id, request.body.group, request.body.provider),
  )
  server.post(
    '/v1/deployments/:id/close',
    {
      schema: {
        summary: 'Close every lease; answers when all are settled',
        params: idParams,
        response: { 200: deploymentSchema },
      },
    },
    async (request) => deployments.close(request.params.id),
  )
}

async function* eventsOf(deployments: Deployments, id: string, signal: AbortSignal) {
  for await (const data of deployments.watch(id, signal)) yield { event: 'deployment', data }
}
