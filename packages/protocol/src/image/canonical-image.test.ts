import { expect, test } from 'vitest'
import { canonicalImage } from './canonical-image.ts'

const digest = `sha256:${'0'.repeat(64)}`

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['docker.io/nginx:1', 'docker.io/library/nginx:1'],
  ['index.docker.io/library/nginx:1', 'docker.io/library/nginx:1'],
  ['vllm/vllm-openai', 'docker.io/vllm/vllm-openai:latest'],
  ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
  ['ghcr.io/a/b:2', 'ghcr.io/a/b:2'],
  [`nginx:1@${digest}`, `docker.io/library/nginx@${digest}`],
])('spells %s out', (reference, whole) => {
  expect(canonicalImage(reference)).toBe(whole)
  expect(canonicalImage(whole)).toBe(whole)
})
