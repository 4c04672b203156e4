// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Holds every parameter and the treasury, and waits before it acts
contract NetworkTimelock is TimelockController {
    /// @param minDelay seconds between a decision and its effect
    /// @param admin sets the roles up at deployment and gives its own up afterwards
    constructor(uint256 minDelay, address[] memory proposers, address[] memory executors, address admin)
        TimelockController(minDelay, proposers, executors, admin)
    {}
}
