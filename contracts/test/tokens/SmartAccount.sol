// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// A smart account with one owner (EIP-1271) that can call anything.
contract SmartAccount {
    address public immutable owner;
    bool public broken;

    constructor(address owner_) {
        owner = owner_;
    }

    function setBroken(bool broken_) external {
        broken = broken_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        require(!broken, "broken");
        (address signer,,) = ECDSA.tryRecoverCalldata(hash, signature);
        return signer == owner ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }

    function run(address target, bytes calldata data) external {
        (bool ok,) = target.call(data);
        require(ok, "call failed");
    }
}
