import type { Command } from 'commander'

type Add = (program: Command) => void

interface Listed {
  /** In a line, as the help has it. */
  description: string
  load: () => Promise<Add>
}

/** Every command by its name, in the order of the help. Each is loaded when it is asked for: some bring half the house. */
const commands: Readonly<Record<string, Listed>> = {
  up: {
    description: 'the whole network, here',
    load: async () => (await import('./up.ts')).addUp,
  },
  validate: {
    description: 'check workload files and show their normal form',
    load: async () => (await import('./validate.ts')).addValidate,
  },
  convert: {
    description: 'the same workload in another format; for akash its manifest, groups and hash',
    load: async () => (await import('./convert.ts')).addConvert,
  },
  deploy: {
    description: 'rent what a workload file asks for and start it',
    load: async () => (await import('./deploy.ts')).addDeploy,
  },
  run: {
    description: 'one job: its output, its exit code',
    load: async () => (await import('./run.ts')).addRun,
  },
  ps: {
    description: 'your deployments and what they cost',
    load: async () => (await import('./ps.ts')).addPs,
  },
  logs: {
    description: "a lease's output",
    load: async () => (await import('./logs.ts')).addLogs,
  },
  exec: {
    description: 'run a command inside a lease',
    load: async () => (await import('./exec.ts')).addExec,
  },
  events: {
    description: 'what happened to a lease, with the reason of each',
    load: async () => (await import('./events.ts')).addEvents,
  },
  stats: {
    description: 'what a lease uses: processor, memory, network, disk, GPUs',
    load: async () => (await import('./stats.ts')).addStats,
  },
  top: {
    description: 'what all your leases use and cost, live; q quits',
    load: async () => (await import('./top.ts')).addTop,
  },
  cp: {
    description: 'copy files into a lease and back, sealed all the way',
    load: async () => (await import('./cp.ts')).addCp,
  },
  close: {
    description: 'end a lease, pay what it cost, get the rest back',
    load: async () => (await import('./close.ts')).addClose,
  },
  invoice: {
    description: 'what a lease has cost: seconds, fees, credits, transactions',
    load: async () => (await import('./invoice.ts')).addInvoice,
  },
  names: {
    description:
      'host names of your own that a lease is served at: proofs, certificates, and what is missing',
    load: async () => (await import('./names.ts')).addNames,
  },
  market: {
    description: 'what is on offer, at what price',
    load: async () => (await import('./market.ts')).addMarket,
  },
  provider: {
    description: 'lend this machine',
    load: async () => (await import('./provider.ts')).addProvider,
  },
  wallet: {
    description: 'the keys that sign and pay',
    load: async () => (await import('./wallet.ts')).addWallet,
  },
  volume: {
    description: 'volumes that outlive their leases, and their snapshots',
    load: async () => (await import('./volume.ts')).addVolume,
  },
}

export const commandNames: readonly string[] = Object.keys(commands)

/** Every command; of those that the line does not name, no more than the help lists. */
export async function loadCommands(args: readonly string[]): Promise<Add[]> {
  return Promise.all(
    Object.entries(commands).map(async ([name, { description, load }]) => {
      const add = args.includes(name) ? await load() : (program: Command) => void program.command(name)
      return (program: Command) => {
        add(program)
        program.commands.find((command) => command.name() === name)?.description(description)
      }
    }),
  )
}
