import { expect, test } from 'vitest'
import { logFilesOf } from './container-log-files.ts'

const path = '/var/lib/docker/containers/c0/c0-json.log'
const logged = (Config: Record<string, string> | null, Type = 'json-file', LogPath = path) =>
  logFilesOf({ LogPath, HostConfig: { LogConfig: { Type, Config } } })

test('a log lies in as many files as its settings say, one if they say nothing', () => {
  expect(logged({ 'max-file': '3', 'max-size': '10m' })).toEqual({
    paths: [path, `${path}.1`, `${path}.2`],
    areCompressed: false,
  })
  expect(logged({ 'max-file': '2', compress: 'true' })).toEqual({
    paths: [path, `${path}.1`],
    areCompressed: true,
  })
  expect(logged(null)?.paths).toEqual([path])
})

test('other drivers, and what was never started, have no such files', () => {
  expect(logged({}, 'journald')).toBeUndefined()
  expect(logged({}, 'json-file', '')).toBeUndefined()
  expect(logFilesOf({})).toBeUndefined()
})
