import type { WorkloadInputs } from '@sublet/protocol'
import { useState } from 'react'
import type { GivenInputs } from './given-inputs.ts'
import { openFile } from './open-file.ts'

/** Asks for what a Compose file takes from around it: files beside it, and variables. */
export function InputsView({
  inputs,
  given,
  onChange,
}: {
  inputs: WorkloadInputs
  given: GivenInputs
  onChange: (given: GivenInputs) => void
}) {
  const [refusal, setRefusal] = useState<string>()

  async function give(name: string, chosen: File | undefined) {
    if (chosen === undefined) return
    const opened = await openFile(chosen)
    if ('refusal' in opened) return setRefusal(opened.refusal)
    setRefusal(undefined)
    onChange({ ...given, files: { ...given.files, [name]: opened.text } })
  }

  if (inputs.files.length === 0 && inputs.variables.length === 0) return null
  return (
    <fieldset className="grid gap-2">
      <legend className="font-semibold">Beside the file</legend>
      <p className="text-soft">What the file takes from around it.</p>
      {refusal === undefined ? null : (
        <p role="alert" className="text-stop">
          {refusal}
        </p>
      )}
      {inputs.files.map((name) => (
        <label key={name} className="grid gap-1">
          <span className="font-mono text-[13px]">
            {name}
            {given.files[name] === undefined ? '' : ' ✓'}
          </span>
          <input
            type="file"
            className="field"
            onChange={({ target }) => void give(name, target.files?.[0])}
          />
        </label>
      ))}
      {inputs.variables.map((name) => (
        <label key={name} className="grid gap-1">
          <span className="font-mono text-[13px]">{name}</span>
          <input
            className="field"
            autoComplete="off"
            spellCheck={false}
            value={given.env[name] ?? ''}
            onChange={({ target }) =>
              onChange({ ...given, env: withVariable(given.env, name, target.value) })
            }
          />
        </label>
      ))}
    </fieldset>
  )
}

/** A field that was emptied counts as not given: the file's own default stands then. */
function withVariable(env: GivenInputs['env'], name: string, value: string): Record<string, string> {
  const { [name]: _before, ...others } = env
  return value === '' ? others : { ...others, [name]: value }
}
