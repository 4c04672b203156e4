// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {IBeacon} from "../../solidity/epochs/IBeacon.sol";

contract FixedBeacon is IBeacon {
    function randomness(uint64 epoch) external pure returns (bytes32, bool) {
        return (keccak256(abi.encode(epoch)), true);
    }
}
