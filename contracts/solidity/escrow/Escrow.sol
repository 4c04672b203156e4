// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {EscrowChannels} from "./EscrowChannels.sol";
import {EscrowLedger, IPayouts} from "./EscrowLedger.sol";
import {LeaseClosing} from "./LeaseClosing.sol";
import {LeaseOpening} from "./LeaseOpening.sol";
import {LeaseRunning} from "./LeaseRunning.sol";

/// @title Sublet's escrow: all money of the market moves through it
/// @notice For every token, always: Σ balances + Σ deposits of open leases not drawn yet + Σ voucher collateral + fees owed to
/// the treasury = tokens received. A lease never pays more than its deposit nor more than rate × time. No key, ours included,
/// can stop a withdrawal or a closing.
contract Escrow is LeaseOpening, LeaseRunning, LeaseClosing, EscrowChannels {
    /// @param owner_ the timelock, which holds the parameters
    /// @param payouts_ the node registry, which knows the nodes' payout addresses; fixed for good, for a withdrawal asks it
    /// @param treasuryFeeBps_ at most 1,000
    /// @param noticePeriod_ seconds, at most seven days
    constructor(
        address owner_,
        IPayouts payouts_,
        address treasury_,
        uint16 treasuryFeeBps_,
        uint32 noticePeriod_
    ) EscrowLedger(owner_, payouts_, treasury_, treasuryFeeBps_, noticePeriod_) {}
}
