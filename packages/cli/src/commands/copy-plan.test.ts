import { expect, test } from 'vitest'
import { copyEnd, landingOf, nameOf } from './copy-plan.ts'

test('tells paths here from places in a lease', () => {
  expect(copyEnd('./dir')).toEqual({ kind: 'local', path: './dir' })
  expect(copyEnd('./a:b')).toEqual({ kind: 'local', path: './a:b' })
  expect(copyEnd('C:\\files')).toEqual({ kind: 'local', path: 'C:\\files' })
  expect(copyEnd('hello:/data')).toEqual({ kind: 'lease', lease: 'hello', path: '/data' })
  expect(copyEnd('hello/web/2:/data')).toEqual({
    kind: 'lease',
    lease: 'hello',
    service: 'web',
    replica: 2,
    path: '/data',
  })
})

test.each(['hello:data', 'hello/web/x:/data', 'a/b/0/c:/data'])('refuses %s with the cure', (text) => {
  expect(() => copyEnd(text)).toThrow(/names no place in a lease/)
})

test('lands in a folder that is there, else under the new name', () => {
  const file = { name: 'notes.txt', isFolder: false }
  expect(landingOf('/data', { kind: 'folder' }, file)).toEqual({ folder: '/data', name: 'notes.txt' })
  expect(landingOf('/data/new.txt', undefined, file)).toEqual({ folder: '/data', name: 'new.txt' })
  expect(landingOf('/data/old.txt', { kind: 'file' }, file)).toEqual({ folder: '/data', name: 'old.txt' })
  expect(landingOf('new', undefined, { name: 'dir', isFolder: true })).toEqual({ folder: '.', name: 'new' })
  expect(landingOf('/new/', undefined, { name: 'dir', isFolder: true })).toEqual({ folder: '/', name: 'new' })
})

test('refuses what has no good outcome', () => {
  expect(() => landingOf('/f', { kind: 'file' }, { name: 'dir', isFolder: true })).toThrow(/is a file/)
  expect(() => landingOf('/nowhere/', undefined, { name: 'f', isFolder: false })).toThrow(/no folder/)
})

test('a path that ends in dots is called by what it leads to', () => {
  expect(nameOf('.', '/home/ann/work')).toBe('work')
  expect(nameOf('dir/', '/x/dir')).toBe('dir')
})
