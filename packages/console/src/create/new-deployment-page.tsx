import { parseDollars } from '@sublet/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { createDeployment, deploymentQuery } from '../api/queries.ts'
import { counted } from '../design/names.ts'
import { Trouble } from '../design/trouble.tsx'
import { offsetAt } from './caret.ts'
import { FileEditor } from './file-editor.tsx'
import { FindingsList } from './findings-list.tsx'
import { nothingGiven } from './given-inputs.ts'
import { InputsView } from './inputs-view.tsx'
import { MarketFitView } from './market-fit-view.tsx'
import { openFile } from './open-file.ts'
import { sourceForGpu, starterNamed, starters } from './starters.ts'
import { useValidation } from './use-validation.ts'
import { WorkloadSummary } from './workload-summary.tsx'
import { secretNames } from './workload-view.ts'

export interface NewSearch {
  /** Start from a file that asks for this GPU model. */
  gpu?: string | undefined
  /** Start from a starter, by name. */
  start?: string | undefined
}

const route = getRouteApi('/new')

/** From a file to an order: paste, drop or start from an example; see at once what it means; send it to the market. */
export function NewDeploymentPage() {
  const { gpu, start } = route.useSearch()
  const navigate = route.useNavigate()
  const client = useQueryClient()
  const area = useRef<HTMLTextAreaElement>(null)
  const opener = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState('workload.yaml')
  const [source, setSource] = useState(() =>
    gpu === undefined ? (starterNamed(start)?.source ?? '') : sourceForGpu(gpu),
  )
  const [refusal, setRefusal] = useState<string>()
  const [maxRate, setMaxRate] = useState('')
  const [pick, setPick] = useState(false)
  const [secrets, setSecrets] = useState<Record<string, string>>({})
  const [given, setGiven] = useState(nothingGiven)
  const { data: validation, error: validationError, current } = useValidation(source, file, given)

  const empty = source.trim() === ''
  const findings = empty ? [] : (validation?.findings ?? [])
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const workload = empty || errors > 0 ? undefined : validation?.workload
  const needed = workload === undefined ? [] : secretNames(workload)
  const missing = needed.filter((name) => (secrets[name] ?? '') === '')
  const rate = maxRate.trim() === '' ? undefined : parseDollars(maxRate)
  const rateWrong = maxRate.trim() !== '' && rate === undefined

  const deploy = useMutation({
    mutationFn: () =>
      createDeployment({
        source,
        file,
        files: only(validation?.inputs.files, given.files),
        env: only(validation?.inputs.variables, given.env),
        ...(rate === undefined ? {} : { maxRatePerHour: rate }),
        ...(pick ? { pick } : {}),
        ...(needed.length === 0
          ? {}
          : { secrets: Object.fromEntries(needed.map((name) => [name, secrets[name] ?? ''])) }),
      }),
    onSuccess: (deployment) => {
      client.setQueryData(deploymentQuery(deployment.id).queryKey, deployment)
      void navigate({ to: '/deployments/$id', params: { id: deployment.id } })
    },
  })

  function load(name: string, text: string) {
    setFile(name)
    setSource(text)
    setGiven(nothingGiven)
    setRefusal(undefined)
    deploy.reset()
  }

  async function open(chosen: File) {
    const opened = await openFile(chosen)
    if ('refusal' in opened) setRefusal(opened.refusal)
    else load(opened.name, opened.text)
  }

  function goTo(line: number, column: number) {
    const offset = offsetAt(source, line, column)
    area.current?.focus()
    area.current?.setSelectionRange(offset, offset)
    area.current?.scrollTo({ top: Math.max(0, (line - 6) * 20) })
  }

  return (
    <>
      <title>New deployment · Sublet</title>
      <h1>New deployment</h1>
      <div className="mt-4 grid gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(0,440px)]">
        <div className="min-w-0">
          <div className="mb-3 flex flex-wrap items-center gap-2">
            <label className="flex items-center gap-2">
              <span className="sr-only">Start from</span>
              <select
                className="field"
                value={starters.find((one) => one.source === source)?.name ?? ''}
                onChange={({ target }) => {
                  const starter = starterNamed(target.value)
                  if (starter !== undefined) load(`${starter.name}.yaml`, starter.source)
                }}
              >
                <option value="">Start from an example…</option>
                {starters.map(({ name, title }) => (
                  <option key={name} value={name}>
                    {title}
                  </option>
                ))}
              </select>
            </label>
            <button type="button" className="button" onClick={() => opener.current?.click()}>
              Open a file
            </button>
            <input
              ref={opener}
              type="file"
              hidden
              accept=".yaml,.yml,.json,text/*"
              onChange={({ target }) => {
                const [chosen] = target.files ?? []
                if (chosen !== undefined) void open(chosen)
                target.value = ''
              }}
            />
            <span className="text-soft max-sm:hidden">or paste or drop one below.</span>
          </div>
          {refusal === undefined ? null : (
            <p role="alert" className="mb-3 text-stop">
              {refusal}
            </p>
          )}
          <FileEditor
            value={source}
            onChange={setSource}
            onFile={(chosen) => void open(chosen)}
            findings={findings}
            area={area}
          />
        </div>

        <div className="min-w-0">
          <div
            id="findings"
            role="status"
            aria-busy={!empty && !current && validationError === null}
            className="grid gap-3 [&:not(:empty)]:mb-4"
          >
            {validationError !== null && !empty ? <Trouble error={validationError} /> : null}
            {empty ? (
              <div className="sheet px-3 py-2.5 text-soft">
                Sublet YAML, Akash SDL, Nosana job definitions and Compose files all work as they are. What is
                wrong shows here as you type.
              </div>
            ) : null}
            {findings.length === 0 ? null : (
              <>
                <h2 className={errors > 0 ? 'text-stop' : ''}>
                  {errors > 0 ? `${counted(errors, 'error')} to mend` : counted(findings.length, 'warning')}
                </h2>
                <FindingsList findings={findings} onGo={goTo} />
              </>
            )}
          </div>
          <form
            className="grid content-start gap-4"
            onSubmit={(event) => {
              event.preventDefault()
              deploy.mutate()
            }}
          >
            {empty || validation === undefined ? null : (
              <InputsView inputs={validation.inputs} given={given} onChange={setGiven} />
            )}
            {workload === undefined || validation === undefined ? null : (
              <>
                <WorkloadSummary workload={workload} format={validation.format} />
                <MarketFitView workload={workload} maxRatePerHour={rate} />
                {needed.length === 0 ? null : (
                  <fieldset className="grid gap-2">
                    <legend className="font-semibold">Secrets</legend>
                    <p className="text-soft">Sealed to the provider that wins, and never kept in the file.</p>
                    {needed.map((name) => (
                      <label key={name} className="grid gap-1">
                        <span className="font-mono text-[13px]">{name}</span>
                        <input
                          type="password"
                          autoComplete="off"
                          className="field"
                          value={secrets[name] ?? ''}
                          onChange={({ target }) => setSecrets({ ...secrets, [name]: target.value })}
                        />
                      </label>
                    ))}
                  </fieldset>
                )}
                <label className="grid gap-1">
                  <span className="font-semibold">Highest rate, dollars an hour</span>
                  <input
                    className="field max-w-48"
                    inputMode="decimal"
                    placeholder="as the file says"
                    value={maxRate}
                    aria-invalid={rateWrong}
                    aria-describedby="rate-help"
                    onChange={({ target }) => setMaxRate(target.value)}
                  />
                  <span id="rate-help" className={rateWrong ? 'text-stop' : 'text-soft'}>
                    {rateWrong
                      ? 'Write dollars such as 0.40, with at most six digits after the point.'
                      : 'Bids above it are not taken. You pay what the winner bids, not this.'}
                  </span>
                </label>
                <label className="flex items-start gap-2">
                  <input
                    type="checkbox"
                    className="mt-0.5 size-4 accent-lampink"
                    checked={pick}
                    onChange={({ target }) => setPick(target.checked)}
                  />
                  <span>
                    Let me pick among the bids
                    <span className="block text-soft">
                      Otherwise the file’s policy picks, usually the cheapest.
                    </span>
                  </span>
                </label>
              </>
            )}
            {deploy.error === null ? null : <Trouble error={deploy.error} />}
            <div className="flex flex-wrap items-center gap-3">
              <button
                type="submit"
                className="button button-go min-h-9 px-5"
                disabled={
                  workload === undefined || !current || missing.length > 0 || rateWrong || deploy.isPending
                }
              >
                {deploy.isPending ? 'Ordering…' : 'Deploy'}
              </button>
              {missing.length === 0 || workload === undefined ? null : (
                <span className="text-soft">
                  {missing.length === 1
                    ? `${missing[0]} has no value yet.`
                    : `${missing.length} secrets have no value yet.`}
                </span>
              )}
            </div>
          </form>
        </div>
      </div>
    </>
  )
}

/** What was given for names that the file no longer has stays here. */
function only(
  names: readonly string[] = [],
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])))
}
