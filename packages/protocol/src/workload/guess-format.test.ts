import { expect, test } from 'vitest'
import { guessFormat } from './guess-format.ts'
import { parseText } from './source/parse-text.ts'

function guess(text: string, file = 'app.yaml') {
  const parsed = parseText(text)
  return guessFormat('documents' in parsed ? parsed.documents[0] : undefined, file)
}

test('tells the formats apart by what only each has', () => {
  expect(guess('image: x\nport: 80\n')).toBe('sublet')
  expect(guess('services: {web: {image: x, ports: [80]}}\nprice: 1/h\n')).toBe('sublet')
  expect(guess('services: {web: {image: x, gpu: 1}}\n')).toBe('sublet')
  expect(guess('version: "2.0"\nservices: {web: {image: x}}\nprofiles: {compute: {}}\n')).toBe('akash')
  expect(guess('services: {web: {image: x, expose: [{port: 80}]}}\n')).toBe('akash')
  expect(guess('{"version": "0.1", "type": "container", "ops": []}', 'job.json')).toBe('nosana')
  expect(guess('services: {web: {image: x, ports: ["8080:80"]}}\n')).toBe('compose')
  expect(guess('services: {web: {image: x, environment: {A: 1}}}\n')).toBe('compose')
  expect(guess('services: {web: {image: x}}\nvolumes: {data: {}}\n')).toBe('compose')
})

test('one thing that only Compose has is enough', () => {
  const more = [
    'restart: unless-stopped',
    'restart: "no"',
    'command: nginx -g x',
    'configs: [a]',
    'secrets: [a]',
    'scale: 2',
    'x-mine: 1',
  ]
  for (const line of more)
    expect([line, guess(`services: {web: {image: x, ports: [80], ${line}}}`)]).toEqual([line, 'compose'])
  expect(guess('services: {web: {image: x}}\nx-mine: {a: 1}\n')).toBe('compose')
})

test('a slip towards one format does not outweigh what speaks for another', () => {
  expect(guess('services: {web: {image: x, cpu: 1, memory: 1Gi, command: serve}}')).toBe('sublet')
  expect(guess('services: {web: {image: x, port: 80, x-mine: 1}}')).toBe('sublet')
  expect(guess('{"version": "0.1", "opss": [{"type": "container/run"}]}', 'job.json')).toBe('nosana')
  expect(guess('version: "0.1"\nservices: {web: {image: x}}\n')).toBe('compose')
})

test('the name of a file decides only where its content does not', () => {
  const open = 'services: {web: {image: x, ports: [80]}}\n'
  expect([guess(open), guess(open, 'compose.yaml'), guess(open, 'dir/docker-compose.prod.yml')]).toEqual([
    'sublet',
    'compose',
    'compose',
  ])
  expect(guess('image: x\n', 'compose.yaml')).toBe('sublet')
})

test('what is no mapping, or names nothing known, is left to our own reader to explain', () => {
  for (const text of ['', '- a', '5', 'constructor: 1', '{}']) expect(guess(text)).toBe('sublet')
})
