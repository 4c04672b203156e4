import type { Path } from '../source/places.ts'
import type { Service } from '../workload.ts'
import type { NosanaResource, NosanaRun } from './job-schema.ts'
import type { Report } from './ports.ts'

type Fetch = Service['fetches'][number]
type S3 = Extract<NosanaResource, { type: 'S3' }>

const ollamaFolder = '/root/.ollama/models'

/** What an operation downloads before it starts. Spread markers that are still open are left to `late`. */
export function mapResources(resources: NosanaRun['resources'], path: Path, report: Report): Fetch[] {
  return (resources ?? []).flatMap((resource, index) => {
    const at = [...path, index]
    if (typeof resource === 'string' || !('type' in resource)) return []
    if (resource.type === 'Ollama') {
      const target = resource.target ?? ollamaFolder
      return [{ kind: 'ollama', source: resource.model, target, files: [], readOnly: true }]
    }
    if (resource.type === 'HF') {
      return [
        {
          kind: 'huggingface',
          source: resource.repo,
          target: resource.target,
          ...(resource.revision === undefined ? {} : { revision: resource.revision }),
          files: resource.files ?? [],
          readOnly: true,
          ...(resource.accessToken ? { credentials: { key: resource.accessToken } } : {}),
        },
      ]
    }
    return mapS3(resource, at, report)
  })
}

function mapS3(resource: S3, at: Path, report: Report): Fetch[] {
  const { IAM: access, target, allowWrite } = resource
  const bucket = 'bucket' in resource ? resource.bucket : undefined
  const common = {
    kind: 's3' as const,
    target,
    readOnly: allowWrite !== true,
    ...(access?.REGION ? { region: access.REGION } : {}),
    ...(access?.SECRET_ACCESS_KEY
      ? { credentials: { id: access.ACCESS_KEY_ID, key: access.SECRET_ACCESS_KEY } }
      : {}),
  }
  const own = 'files' in resource ? (resource.files ?? []) : []
  const fetches: Fetch[] = []
  if (resource.url !== undefined)
    fetches.push({ ...common, source: resource.url, files: own, ...(bucket === undefined ? {} : { bucket }) })
  else if (bucket !== undefined) fetches.push({ ...common, source: `s3://${bucket}`, files: [] })
  if ('buckets' in resource) {
    for (const { url, files } of resource.buckets)
      fetches.push({ ...common, source: url, files: files ?? [] })
  }
  if (fetches.length === 0) {
    report.warn(
      at,
      'nosana.nothing-to-fetch',
      'This resource names nothing to download, so it is left out.',
      {
        mend: 'add `"url": "s3://bucket/folder"`',
      },
    )
  }
  return fetches
}
