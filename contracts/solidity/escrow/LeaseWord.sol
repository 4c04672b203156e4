// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {LeaseStatus} from "./EscrowTypes.sol";

/// @notice Everything a lease must keep, in one slot: 189 bits of the agreement's struct hash, 32 of the opening second, 20 of the notice
/// period, one that says whether the end stands still, 10 of the treasury's fee, one that says whether an operator opened it, one whether a
/// `Flow` exists, two of status (high bits first). Two agreements with the same 189 bits would take 2^94 hashes to find.
type LeaseWord is uint256;

using LeaseWords for LeaseWord global;

library LeaseWords {
    uint256 private constant STATUS_MASK = 0x3;
    uint256 private constant FLOW_BIT = 0x4;
    uint256 private constant OPERATOR_BIT = 0x8;
    uint256 private constant ENDED_BIT = 1 << 14;
    uint256 private constant FEE_SHIFT = 4;
    uint256 private constant FEE_MASK = 0x3ff;
    uint256 private constant NOTICE_SHIFT = 15;
    uint256 private constant NOTICE_MASK = 0xfffff;
    uint256 private constant OPENED_SHIFT = 35;
    uint256 private constant COMMITMENT_SHIFT = 67;

    /// @return what all leases have in common that open now
    function opening(uint256 openedAt_, uint256 feeBps, uint256 noticePeriod_)
        internal
        pure
        returns (LeaseWord)
    {
        return LeaseWord.wrap(
            (uint256(uint32(openedAt_)) << OPENED_SHIFT) | (noticePeriod_ << NOTICE_SHIFT)
                | (feeBps << FEE_SHIFT) | uint256(LeaseStatus.Open)
        );
    }

    function withCommitment(LeaseWord word, bytes32 structHash) internal pure returns (LeaseWord) {
        return LeaseWord.wrap(
            LeaseWord.unwrap(word) | (uint256(structHash) >> COMMITMENT_SHIFT << COMMITMENT_SHIFT)
        );
    }

    function cancelled() internal pure returns (LeaseWord) {
        return LeaseWord.wrap(uint256(LeaseStatus.Cancelled));
    }

    function status(LeaseWord word) internal pure returns (LeaseStatus) {
        return LeaseStatus(LeaseWord.unwrap(word) & STATUS_MASK);
    }

    function openedAt(LeaseWord word) internal pure returns (uint256) {
        return uint32(LeaseWord.unwrap(word) >> OPENED_SHIFT);
    }

    function treasuryFeeBps(LeaseWord word) internal pure returns (uint256) {
        return (LeaseWord.unwrap(word) >> FEE_SHIFT) & FEE_MASK;
    }

    /// @return seconds that the provider owes before it leaves, as they were at opening
    function noticePeriod(LeaseWord word) internal pure returns (uint256) {
        return (LeaseWord.unwrap(word) >> NOTICE_SHIFT) & NOTICE_MASK;
    }

    function hasFlow(LeaseWord word) internal pure returns (bool) {
        return LeaseWord.unwrap(word) & FLOW_BIT != 0;
    }

    function commitsTo(LeaseWord word, bytes32 structHash) internal pure returns (bool) {
        return LeaseWord.unwrap(word) >> COMMITMENT_SHIFT == uint256(structHash) >> COMMITMENT_SHIFT;
    }

    function byOperator(LeaseWord word) internal pure returns (bool) {
        return LeaseWord.unwrap(word) & OPERATOR_BIT != 0;
    }

    function withOperator(LeaseWord word) internal pure returns (LeaseWord) {
        return LeaseWord.wrap(LeaseWord.unwrap(word) | OPERATOR_BIT);
    }

    /// Whether a credit came when the lease was over, so that its end no longer follows from its money.
    function hasEnded(LeaseWord word) internal pure returns (bool) {
        return LeaseWord.unwrap(word) & ENDED_BIT != 0;
    }

    function withEnd(LeaseWord word) internal pure returns (LeaseWord) {
        return LeaseWord.wrap(LeaseWord.unwrap(word) | ENDED_BIT);
    }

    function withFlow(LeaseWord word) internal pure returns (LeaseWord) {
        return LeaseWord.wrap(LeaseWord.unwrap(word) | FLOW_BIT);
    }

    function withStatus(LeaseWord word, LeaseStatus status_) internal pure returns (LeaseWord) {
        return LeaseWord.wrap((LeaseWord.unwrap(word) & ~STATUS_MASK) | uint256(status_));
    }
}
