export * from './parts.ts'
