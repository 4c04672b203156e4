export * from './build/ensure-console-built.ts'
