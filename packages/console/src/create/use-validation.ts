import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { checkInWorker } from './file-checker.ts'
import type { GivenInputs } from './given-inputs.ts'

/** Milliseconds without a keystroke before the file is checked. */
const settleMs = 60

function checkQuery(source: string, file: string, given: GivenInputs) {
  return queryOptions({
    queryKey: ['check', file, source, given],
    queryFn: () => checkInWorker(source, file, given),
    networkMode: 'always',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    enabled: source.trim() !== '',
  })
}

/** What the file means, a moment after the last keystroke; nobody is asked over the network. */
export function useValidation(source: string, file: string, given: GivenInputs) {
  const [settled, setSettled] = useState(source)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(source), settleMs)
    return () => clearTimeout(timer)
  }, [source])
  const query = useQuery({ ...checkQuery(settled, file, given), placeholderData: keepPreviousData })
  const current = settled === source && !query.isPlaceholderData
  return { ...query, current: current && query.data !== undefined }
}
