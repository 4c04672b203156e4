// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @title Where an epoch's randomness comes from
/// @notice A value must not be known to anybody before its epoch starts, when the set of checkers is frozen already, and never changes once it
/// is ready.
interface IBeacon {
    function randomness(uint64 epoch) external view returns (bytes32 value, bool ready);
}
