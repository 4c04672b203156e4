export { type ControllerConfig, controllerConfigSchema } from './config.ts'
export { type Controller, type ControllerOptions, startController } from './main.ts'
