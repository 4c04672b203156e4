export * from './free-port.ts'
export * from './parts.ts'
