import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { validationQuery } from '../api/queries.ts'

const settleMs = 200

/** What the controller says of the file, a moment after the last keystroke. */
export function useValidation(source: string, file: string) {
  const [settled, setSettled] = useState(source)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(source), settleMs)
    return () => clearTimeout(timer)
  }, [source])
  const query = useQuery({ ...validationQuery(settled, file), placeholderData: keepPreviousData })
  const current = settled === source && !query.isPlaceholderData
  return { ...query, current: current && query.data !== undefined }
}
