import type { Validation, Workload } from '@sublet/protocol'
import { formatRate } from '../money/format-money.ts'
import { lengthWords, portWords, resourceWords } from './workload-view.ts'

const formatNames: Record<Validation['format'], string> = {
  sublet: 'Sublet YAML',
  akash: 'Akash SDL',
  nosana: 'Nosana job',
  compose: 'Compose file',
}

/** What the file means, as everybody on the network will read it. */
export function WorkloadSummary({ workload, format }: { workload: Workload; format: Validation['format'] }) {
  return (
    <section aria-label="What will run" className="sheet">
      <div className="border-b border-line px-3 py-2">
        <span className="font-semibold">{workload.name}</span>
        <span className="text-soft">
          {' '}
          is {lengthWords(workload)}, read as {formatNames[format]}.
        </span>
      </div>
      {workload.groups.map((group) => (
        <div key={group.name} className="border-b border-line px-3 py-2.5 last:border-0">
          {workload.groups.length > 1 ? <h3 className="mb-1 font-semibold">{group.name}</h3> : null}
          <ul className="grid gap-2">
            {group.services.map((service) => {
              const ports = portWords(service)
              return (
                <li key={service.name}>
                  <div>
                    <span className="font-medium">{service.name}</span>
                    {service.replicas > 1 ? <span className="text-soft"> × {service.replicas}</span> : null}
                    <span className="ml-2 font-mono text-[12px] text-soft">{service.image}</span>
                  </div>
                  <div className="text-soft">
                    {resourceWords(service)}
                    {service.job === undefined ? '' : ', runs to its end'}
                    {ports === '' ? '' : `, open on ${ports}`}
                  </div>
                </li>
              )
            })}
          </ul>
          <p className="mt-2 text-soft">
            {group.maxRatePerHour === undefined
              ? 'No highest rate in the file.'
              : `At most ${formatRate(BigInt(group.maxRatePerHour))} an hour.`}
            {group.placement.regions.length === 0 ? '' : ` In ${group.placement.regions.join(' or ')}.`}
          </p>
        </div>
      ))}
    </section>
  )
}
