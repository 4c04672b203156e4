import type { WorkloadFormat } from '@sublet/protocol'

export const formatNames: Readonly<Record<WorkloadFormat, string>> = {
  akash: 'Akash SDL',
  nosana: 'Nosana job',
  compose: 'Compose',
  sublet: 'Sublet YAML',
}

export function isWorkloadFormat(name: string | undefined): name is WorkloadFormat {
  return name !== undefined && Object.hasOwn(formatNames, name)
}
