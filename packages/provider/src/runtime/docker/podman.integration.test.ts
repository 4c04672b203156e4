import { describeWith } from '@sublet/testing'
import { describeOwnEngine } from '../../testing/own-engine-contract.ts'
import { startOwnPodman } from '../../testing/own-podman.ts'

describeWith('podman')('containers of Podman', () => {
  describeOwnEngine(startOwnPodman, {
    runtime: { subnetPool: '10.232.0.0/16', spareNetworks: 1 },
    traits: { tellsKills: false, partsRuns: false },
  })
})
