import type { Command } from 'commander'

type Add = (program: Command) => void

/** Every command by its name, in the order of the help. Each is loaded when it is asked for: some bring half the house. */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  up: async () => (await import('./up.ts')).addUp,
  validate: async () => (await import('./validate.ts')).addValidate,
  convert: async () => (await import('./convert.ts')).addConvert,
  deploy: async () => (await import('./deploy.ts')).addDeploy,
  run: async () => (await import('./run.ts')).addRun,
  ps: async () => (await import('./ps.ts')).addPs,
  logs: async () => (await import('./logs.ts')).addLogs,
  exec: async () => (await import('./exec.ts')).addExec,
  events: async () => (await import('./events.ts')).addEvents,
  stats: async () => (await import('./stats.ts')).addStats,
  top: async () => (await import('./top.ts')).addTop,
  cp: async () => (await import('./cp.ts')).addCp,
  close: async () => (await import('./close.ts')).addClose,
  invoice: async () => (await import('./invoice.ts')).addInvoice,
  names: async () => (await import('./names.ts')).addNames,
  market: async () => (await import('./market.ts')).addMarket,
  provider: async () => (await import('./provider.ts')).addProvider,
  wallet: async () => (await import('./wallet.ts')).addWallet,
  volume: async () => (await import('./volume.ts')).addVolume,
}

export const commandNames: readonly string[] = Object.keys(commands)

/** The commands that a line may mean: those whose names stand in it; all of them for help, or where none does. */
export async function loadCommands(args: readonly string[]): Promise<Add[]> {
  const named = commandNames.filter((name) => args.includes(name))
  const wanted = named.length === 0 || args[0] === 'help' ? commandNames : named
  return Promise.all(wanted.flatMap((name) => commands[name]?.() ?? []))
}
