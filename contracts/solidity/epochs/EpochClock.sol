// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @title The beat of proofs and rewards
/// @notice Epoch 1 starts at `genesis`; before it, it is epoch 0. The first half of an epoch prepares the next one (checkers are frozen,
/// secrets committed) and reveals the secrets of its own, so nothing of a seed is known before its epoch. The half between the two keeps a chain
/// that takes blocks back from showing a secret to somebody who can still commit.
abstract contract EpochClock {
    error EpochLengthZero();

    /// @notice Unix seconds.
    uint64 public immutable genesis;
    /// @notice 900 in use.
    uint64 public immutable epochSeconds;

    constructor(uint64 genesis_, uint64 epochSeconds_) {
        if (epochSeconds_ == 0) revert EpochLengthZero();
        genesis = genesis_;
        epochSeconds = epochSeconds_;
    }

    function epochAt(uint256 timestamp) public view returns (uint64) {
        return timestamp < genesis ? 0 : uint64((timestamp - genesis) / epochSeconds) + 1;
    }

    function currentEpoch() public view returns (uint64) {
        return epochAt(block.timestamp);
    }

    /// @notice Unix seconds at which an epoch begins; epoch 0 counts back from the first.
    function startOf(uint64 epoch) public view returns (uint256) {
        return uint256(genesis) + uint256(epoch) * epochSeconds - epochSeconds;
    }

    /// @notice Whether it is the first half of the epoch before `epoch`.
    function isPreparing(uint64 epoch) public view returns (bool) {
        uint256 start = startOf(epoch);
        return block.timestamp + epochSeconds >= start && block.timestamp + epochSeconds / 2 < start;
    }

    /// @notice Whether it is the first half of `epoch` itself.
    function isRevealing(uint64 epoch) public view returns (bool) {
        return block.timestamp >= startOf(epoch) && block.timestamp < revealEndOf(epoch);
    }

    /// @notice Unix seconds at which the secrets of an epoch are all revealed or late.
    function revealEndOf(uint64 epoch) public view returns (uint256) {
        return startOf(epoch) + epochSeconds / 2;
    }
}
