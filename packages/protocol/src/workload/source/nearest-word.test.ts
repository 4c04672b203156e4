import { expect, test } from 'vitest'
import { nearestWord } from './nearest-word.ts'

test('means the word that is a slip away, a swap of neighbours being one', () => {
  const words = ['image', 'port', 'ports', 'env', 'depends-on']
  const meant = ['prot', 'imgae', 'evn', 'dependsOn', 'depnedson', 'potrs', 'x', 'image-name']
  expect(meant.map((word) => nearestWord(word, words))).toEqual([
    'port',
    'image',
    'env',
    'depends-on',
    'depends-on',
    'ports',
    undefined,
    undefined,
  ])
})
