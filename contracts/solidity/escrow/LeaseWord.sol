// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {LeaseStatus} from "./EscrowTypes.sol";

/// @notice Everything a lease must keep, in one slot: 200 bits of the agreement's struct hash, 32 of the opening second, 14 of
/// the treasury's fee, one that says whether a `Flow` exists, two of status (high bits first). Two agreements with the same 200 bits
/// would take 2^100 hashes to find.
type LeaseWord is uint256;

using LeaseWords for LeaseWord global;

library LeaseWords {
    uint256 private constant STATUS_MASK = 0x3;
    uint256 private constant FLOW_BIT = 0x4;
    uint256 private constant FEE_SHIFT = 3;
    uint256 private constant FEE_MASK = 0x3fff;
    uint256 private constant OPENED_SHIFT = 24;
    uint256 private constant COMMITMENT_SHIFT = 56;

    function opened(bytes32 structHash, uint256 openedAt_, uint256 feeBps) internal pure returns (LeaseWord) {
        return LeaseWord.wrap(
            (uint256(structHash) >> COMMITMENT_SHIFT << COMMITMENT_SHIFT)
                | (uint256(uint32(openedAt_)) << OPENED_SHIFT) | (feeBps << FEE_SHIFT)
                | uint256(LeaseStatus.Open)
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

    function hasFlow(LeaseWord word) internal pure returns (bool) {
        return LeaseWord.unwrap(word) & FLOW_BIT != 0;
    }

    function commitsTo(LeaseWord word, bytes32 structHash) internal pure returns (bool) {
        return LeaseWord.unwrap(word) >> COMMITMENT_SHIFT == uint256(structHash) >> COMMITMENT_SHIFT;
    }

    function withFlow(LeaseWord word) internal pure returns (LeaseWord) {
        return LeaseWord.wrap(LeaseWord.unwrap(word) | FLOW_BIT);
    }

    function withStatus(LeaseWord word, LeaseStatus status_) internal pure returns (LeaseWord) {
        return LeaseWord.wrap((LeaseWord.unwrap(word) & ~STATUS_MASK) | uint256(status_));
    }
}
