// Written by `npm run generate -w contracts`; do not edit.
import { type Address, type Client, getContract } from 'viem'
import { escrowAbi } from './escrow-abi.ts'
import { nodeRegistryAbi } from './node-registry-abi.ts'
import { networkTokenAbi } from './network-token-abi.ts'
import { testDollarAbi } from './test-dollar-abi.ts'
import { commitRevealBeaconAbi } from './commit-reveal-beacon-abi.ts'
import { drandBeaconAbi } from './drand-beacon-abi.ts'
import { epochsAbi } from './epochs-abi.ts'
import { verdictsAbi } from './verdicts-abi.ts'
import { rewardsAbi } from './rewards-abi.ts'
import { challengeBondsAbi } from './challenge-bonds-abi.ts'
import { networkTimelockAbi } from './network-timelock-abi.ts'
import { networkGovernorAbi } from './network-governor-abi.ts'
import { hardwareFundAbi } from './hardware-fund-abi.ts'

/** Who reads, and who sends where something is to be sent. */
export type ContractClients = Client | { public: Client; wallet: Client }

/** `Escrow` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const escrowContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: escrowAbi, address, client })

/** `NodeRegistry` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const nodeRegistryContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: nodeRegistryAbi, address, client })

/** `NetworkToken` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const networkTokenContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: networkTokenAbi, address, client })

/** `TestDollar` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const testDollarContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: testDollarAbi, address, client })

/** `CommitRevealBeacon` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const commitRevealBeaconContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: commitRevealBeaconAbi, address, client })

/** `DrandBeacon` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const drandBeaconContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: drandBeaconAbi, address, client })

/** `Epochs` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const epochsContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: epochsAbi, address, client })

/** `Verdicts` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const verdictsContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: verdictsAbi, address, client })

/** `Rewards` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const rewardsContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: rewardsAbi, address, client })

/** `ChallengeBonds` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const challengeBondsContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: challengeBondsAbi, address, client })

/** `NetworkTimelock` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const networkTimelockContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: networkTimelockAbi, address, client })

/** `NetworkGovernor` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const networkGovernorContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: networkGovernorAbi, address, client })

/** `HardwareFund` at an address: `read`, `write`, `simulate`, `estimateGas`, and `getEvents`, each with its functions or events by name. */
export const hardwareFundContract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: hardwareFundAbi, address, client })
